using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OwlBoard.AppHost.Embedded.Health;

/// <summary>Looks at a resource by all the checks that it has.</summary>
internal sealed class ResourceHealthProbe(HttpHealthProbe http, HealthCheckService registered)
{
    public async Task<bool> IsHealthyAsync(IResource resource, CancellationToken cancellationToken)
    {
        foreach (var check in resource.Annotations.OfType<HttpHealthCheckAnnotation>())
        {
            if (!await http.PassesAsync(check, cancellationToken))
            {
                return false;
            }
        }

        var keys = resource.Annotations.OfType<HealthCheckAnnotation>().Select(check => check.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (keys.Count == 0)
        {
            return true;
        }

        var report = await registered.CheckHealthAsync(check => keys.Contains(check.Name), cancellationToken);
        // One that is not registered was not asked.
        return report.Entries.Count == keys.Count && report.Status == HealthStatus.Healthy;
    }
}
