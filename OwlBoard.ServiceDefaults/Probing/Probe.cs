using Microsoft.Extensions.Configuration;
using OwlBoard.ServiceDefaults.MutualTls;

namespace OwlBoard.ServiceDefaults.Probing;

/// <summary>
/// Implements <c>--probe URL</c>: the program probes a health endpoint instead of serving and reports the result as its
/// exit code, so that container health checks need no curl in the image.
/// </summary>
public static class Probe
{
    private const string Option = "--probe";

    /// <summary>The timeout of the probe: below the 3 s of usual container health checks.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <summary>Runs the probe if the arguments request one.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <returns>
    /// <see langword="null"/> without <c>--probe</c>; otherwise the exit code: 0 for a status from 200 to 299, 1 for any other
    /// result, with the reason on standard error.
    /// </returns>
    public static async Task<int?> TryRunAsync(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);

        var option = Array.IndexOf(args, Option);
        if (option < 0)
        {
            return null;
        }

        if (option + 1 >= args.Length || !Uri.TryCreate(args[option + 1], UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            return await FailAsync("--probe requires an http or https URL, as in --probe http://localhost:8080/health.");
        }

        CertificateSet? certificates = null;
        try
        {
            certificates = url.Scheme == Uri.UriSchemeHttps ? LoadCertificates(args) : null;
            return await HealthProbe.FindFaultAsync(url, url.Host, certificates, Deadline) is { } fault
                ? await FailAsync(fault)
                : 0;
        }
        catch (CertificateFileException failure)
        {
            return await FailAsync(failure.Message);
        }
        finally
        {
            certificates?.Dispose();
        }
    }

    /// <summary>Loads the certificates from the settings of the program that is probed.</summary>
    private static CertificateSet LoadCertificates(string[] args)
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args).Build()
            .GetSection(MutualTlsOptions.Section);
        return settings[nameof(MutualTlsOptions.ProbeCertificate)] is { Length: > 0 } certificate
            && settings[nameof(MutualTlsOptions.Authority)] is { Length: > 0 } authority
                ? CertificateSet.Load(certificate, authority, TimeProvider.System.GetUtcNow())
                : throw new CertificateFileException(
                    "To probe an https URL, set MutualTls:ProbeCertificate and MutualTls:Authority (certs/README.md).");
    }

    private static async Task<int> FailAsync(string reason)
    {
        await Console.Error.WriteLineAsync(reason);
        return 1;
    }
}
