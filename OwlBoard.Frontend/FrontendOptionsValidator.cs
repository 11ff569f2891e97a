using Microsoft.Extensions.Options;

namespace OwlBoard.Frontend;

internal sealed class FrontendOptionsValidator : IValidateOptions<FrontendOptions>
{
    private static readonly string[] Schemes = ["http", "https", "http+https", "https+http"];

    public ValidateOptionsResult Validate(string? name, FrontendOptions options) =>
        Uri.TryCreate(options.LoadBalancer, UriKind.Absolute, out var uri) && Schemes.Contains(uri.Scheme)
            && uri.Host.Length > 0 && uri.PathAndQuery is "/" or ""
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(
                $"Frontend:LoadBalancer is '{options.LoadBalancer}'; it must be an http or https address without a path, as in "
                + "http://localhost:8000 or http://_desktop.load-balancer.");
}
