using Microsoft.Extensions.Options;

namespace OwlBoard.ServiceDefaults.MutualTls;

/// <summary>Reads the files before the program starts, so that an unusable one is reported immediately.</summary>
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
                return ValidateOptionsResult.Fail($"{MutualTlsOptions.Section}:{key} is ''; it must be the path of a file that "
                    + "'dotnet run --project certs -- DIRECTORY' issues (certs/README.md)"
                    + (isRequired ? $", or set {MutualTlsOptions.Section}:Enabled to false for plain HTTP." : "."));
            }
        }

        try
        {
            // Expiry is not checked here: an expired certificate fails the routes over TLS, not the whole program.
            CertificateSet.Load(options.Certificate, options.Authority, time.GetUtcNow(), ignoreTimes: true).Dispose();
            return ValidateOptionsResult.Success;
        }
        catch (CertificateFileException failure)
        {
            var key = failure.Path == options.Certificate ? nameof(options.Certificate) : nameof(options.Authority);
            return ValidateOptionsResult.Fail($"{MutualTlsOptions.Section}:{key} is '{failure.Path}': {failure.Reason}; "
                + "it must be a file that 'dotnet run --project certs -- DIRECTORY' issues (certs/README.md).");
        }
    }
}
