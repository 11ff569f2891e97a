using Microsoft.Extensions.Options;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>Reads the files once before the program starts, so that it is told at once which of them is not as it should be.</summary>
internal sealed class MutualTlsOptionsValidator(bool isRequired, TimeProvider time) : IValidateOptions<MutualTlsOptions>
{
    public ValidateOptionsResult Validate(string? name, MutualTlsOptions options)
    {
        if (!options.Enabled || (!isRequired && !options.IsConfigured))
        {
            return ValidateOptionsResult.Success;
        }

        foreach (var (key, path) in new[]
        {
            (nameof(options.Certificate), options.Certificate), (nameof(options.Authority), options.Authority),
        })
        {
            if (path.Length == 0)
            {
                return ValidateOptionsResult.Fail($"{MutualTlsOptions.Section}:{key} is '': allowed is the path of a file that "
                    + "'dotnet run --project certs -- DIRECTORY' issues (certs/README.md)"
                    + (isRequired ? $", or {MutualTlsOptions.Section}:Enabled set to false for plain HTTP" : ""));
            }
        }

        try
        {
            // Times are not looked at here: whoever is late to renew loses the routes over TLS, not the whole program.
            CertificateSet.Load(options.Certificate, options.Authority, time.GetUtcNow(), ignoreTimes: true).Dispose();
            return ValidateOptionsResult.Success;
        }
        catch (CertificateFileException failure)
        {
            var key = failure.Path == options.Certificate ? nameof(options.Certificate) : nameof(options.Authority);
            return ValidateOptionsResult.Fail($"{MutualTlsOptions.Section}:{key} is '{failure.Path}': {failure.Reason}; "
                + "allowed is a file that 'dotnet run --project certs -- DIRECTORY' issues (certs/README.md)");
        }
    }
}
