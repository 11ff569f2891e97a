using Aspire.Hosting;
using OwlBoard.Certificates;

namespace OwlBoard.AppHost.Topology;

/// <summary>
/// The certificates of the programs. A local run issues them before anything is started and then once a day. Published
/// programs find them mounted, from a folder that <c>dotnet run --project certs</c> writes.
/// </summary>
internal sealed class ModelCertificates(DistributedApplicationExecutionContext execution, string directory) : IDisposable
{
    /// <summary>The directory in a container with one folder per identity of the program.</summary>
    public const string ContainerDirectory = "/run/owlboard/certs";

    private static readonly TimeSpan RenewalInterval = TimeSpan.FromDays(1);

    private ITimer? _renewal;

    public CertificateFolder Folder { get; } = new(execution.IsRunMode ? directory : ContainerDirectory);

    /// <summary>Issues missing certificates and those due for renewal, in a local run.</summary>
    /// <returns>One line with the error; <see langword="null"/> on success.</returns>
    public string? Issue()
    {
        if (!execution.IsRunMode)
        {
            return null;
        }

        _renewal ??= TimeProvider.System.CreateTimer(_ => Renew(), null, RenewalInterval, RenewalInterval);
        return FindIssueError();
    }

    public void Dispose() => _renewal?.Dispose();

    private void Renew()
    {
        if (FindIssueError() is { } error)
        {
            Console.Error.WriteLine(error);
        }
    }

    private string? FindIssueError()
    {
        try
        {
            new CertificateIssuer(TimeProvider.System).Issue(Folder);
            return null;
        }
        catch (CertificateException failure)
        {
            return failure.Message;
        }
    }
}
