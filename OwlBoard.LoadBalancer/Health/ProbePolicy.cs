using System.Net;
using OwlBoard.LoadBalancer.Gateways;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace OwlBoard.LoadBalancer.Health;

/// <summary>Reports each probe's result to <see cref="GatewayHealth"/>.</summary>
internal sealed class ProbePolicy(GatewayRegistry gateways, GatewayHealth health) : IActiveHealthCheckPolicy
{
    public const string PolicyName = "probe";

    public string Name => PolicyName;

    public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults)
    {
        foreach (var result in probingResults)
        {
            var gateway = gateways.Of(result.Destination);
            switch (result)
            {
                case { Response.StatusCode: HttpStatusCode.ServiceUnavailable }:
                    health.ReportProbeDraining(gateway);
                    break;
                // Not every upstream has a health page: one that responds with 404 is alive.
                case { Response: { } response } when response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotFound:
                    health.ReportProbeSuccess(gateway);
                    break;
                case { Response: { } response }:
                    health.ReportProbeMiss(gateway, $"status {(int)response.StatusCode}");
                    break;
                case { Exception: { } failure } when SocketShortage.Caused(failure):
                    health.ReportSocketShortage();
                    break;
                case { Exception: OperationCanceledException }:
                    health.ReportProbeMiss(gateway, "timed out");
                    break;
                default:
                    health.ReportProbeMiss(gateway, result.Exception?.Message ?? "no response");
                    break;
            }
        }
    }
}
