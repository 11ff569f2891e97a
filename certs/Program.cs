using OwlBoard.Certificates;

if (args is not [{ Length: > 0 } directory] || directory.StartsWith('-'))
{
    Console.Error.WriteLine("The directory is missing. Usage: dotnet run --project certs -- DIRECTORY");
    return 1;
}

try
{
    foreach (var certificate in new CertificateIssuer(TimeProvider.System).Issue(new CertificateFolder(Path.GetFullPath(directory))))
    {
        Console.WriteLine($"{certificate.Name}: {(certificate.IsNew ? "issued" : "kept")}, valid until {certificate.NotAfter:yyyy-MM-dd}");
    }

    return 0;
}
catch (CertificateException failure)
{
    Console.Error.WriteLine(failure.Message);
    return 1;
}
