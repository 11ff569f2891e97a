using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using OwlBoard.Forwarding.Targets;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace OwlBoard.Forwarding.Discovery;

/// <summary>
/// Resolves the logical addresses of a cluster into their endpoints. The resolver never fails: an address that does not
/// resolve keeps its last known endpoints, or has no destination yet, and is retried soon.
/// </summary>
/// <remarks>A destination with one endpoint keeps its id; one with several becomes <c>id@host:port</c> for each endpoint.</remarks>
internal sealed partial class ServiceDiscoveryDestinationResolver(
    EndpointLookup lookup,
    IOptionsMonitor<DiscoveryOptions> options,
    TimeProvider time,
    ILogger<ServiceDiscoveryDestinationResolver> logger) : IDestinationResolver
{
    /// <summary>
    /// The maximum number of doublings of the retry delay while an address has no endpoint. Its requests fail until it
    /// resolves, so it is looked up more often.
    /// </summary>
    private const int MaxDoublingsWithoutEndpoint = 1;

    private readonly ConcurrentDictionary<string, Answer> _answers = new(StringComparer.Ordinal);

    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(destinations.Select(async destination =>
            (destination.Key, destination.Value, Answer: await ResolveAsync(destination.Value, cancellationToken))));

        var resolved = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        var changes = new List<IChangeToken>();
        var failures = 0;
        var isAnyUnknown = false;
        foreach (var (id, destination, answer) in answers)
        {
            if (answer is null)
            {
                resolved[id] = destination;
                continue;
            }

            failures = Math.Max(failures, answer.Failures);
            isAnyUnknown |= answer.Endpoints.Origins.Count == 0;
            changes.AddRange(answer.Endpoints.ChangeTokens);
            foreach (var origin in answer.Endpoints.Origins)
            {
                var name = answer.Endpoints.Origins.Count == 1 ? id : $"{id}@{origin.Host}:{origin.Port}";
                resolved[name] = Move(destination, origin);
            }
        }

        if (answers.Any(answer => answer.Answer is not null))
        {
            // The source is not disposed: the proxy may still hold the token, and its timer fires only once.
            changes.Add(new CancellationChangeToken(new CancellationTokenSource(NextRefresh(failures, isAnyUnknown), time).Token));
        }

        return new(resolved, changes.Count == 0 ? null : new CompositeChangeToken(changes));
    }

    private static DestinationConfig Move(DestinationConfig destination, Uri origin)
    {
        var logical = new Uri(destination.Address);
        var address = new UriBuilder(origin) { Path = logical.AbsolutePath }.Uri;
        if (address == logical)
        {
            return destination;
        }

        return destination with
        {
            Address = address.AbsoluteUri,
            Health = MoveHealth(destination.Health, logical, origin),
            Host = destination.Host ?? ServiceName(logical),
        };
    }

    private static string? MoveHealth(string? health, Uri logical, Uri origin)
    {
        if (string.IsNullOrEmpty(health) || new Uri(health) is not { } uri || uri.Host != logical.Host)
        {
            return health;
        }

        return new UriBuilder(uri)
        {
            Scheme = origin.Scheme,
            Host = origin.Host,
            Port = uri.IsDefaultPort ? origin.Port : uri.Port,
        }.Uri.AbsoluteUri;
    }

    /// <summary>
    /// Returns the host name that a server behind a logical address expects: <c>load-balancer</c> for
    /// <c>_desktop.load-balancer</c>.
    /// </summary>
    private static string ServiceName(Uri logical)
    {
        var dot = logical.Host.IndexOf('.', StringComparison.Ordinal);
        return logical.Host.StartsWith('_') && dot > 1 ? logical.Host[(dot + 1)..] : logical.Authority;
    }

    private async Task<Answer?> ResolveAsync(DestinationConfig destination, CancellationToken cancellationToken)
    {
        var address = new Uri(destination.Address);
        if (EndpointLookup.IsConcrete(address))
        {
            return null;
        }

        _answers.TryGetValue(destination.Address, out var previous);
        Answer answer;
        try
        {
            using var deadline = new CancellationTokenSource(options.CurrentValue.Timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            var endpoints = await lookup.LookUpAsync(address, either.Token);
            if (previous is { Failures: > 0 })
            {
                LogResolved(destination.Address, endpoints.Origins.Count);
            }

            answer = new(endpoints, Failures: 0);
        }
#pragma warning disable CA1031 // Known destinations must keep serving, whatever exception a provider throws.
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            // Tokens that have fired would make the proxy resolve again in a loop; only the timer triggers a retry.
            answer = new(new(previous?.Endpoints.Origins ?? [], []), (previous?.Failures ?? 0) + 1);
            if (answer.Failures == 1)
            {
                LogFailed(destination.Address, answer.Endpoints.Origins.Count, failure.Message);
            }
        }

        _answers[destination.Address] = answer;
        return answer;
    }

    private TimeSpan NextRefresh(int failures, bool isAnyUnknown)
    {
        var period = options.CurrentValue.RefreshPeriod;
        if (failures == 0)
        {
            return period;
        }

        var doublings = Math.Min(failures - 1, isAnyUnknown ? MaxDoublingsWithoutEndpoint : 16);
        var delay = options.CurrentValue.RetryDelay * Math.Pow(2, doublings);
        return delay < period ? delay : period;
    }

    [LoggerMessage(1, LogLevel.Warning, "Resolving {Address} failed ({Reason}); {Known} known endpoints stay in use. Retrying soon.")]
    private partial void LogFailed(string address, int known, string reason);

    [LoggerMessage(2, LogLevel.Information, "{Address} resolves again to {Endpoints} endpoints.")]
    private partial void LogResolved(string address, int endpoints);

    private sealed record Answer(DiscoveredEndpoints Endpoints, int Failures);
}
