using System.Collections.Frozen;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http.Features;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Features;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Telemetry;

/// <summary>
/// The metrics of the load balancer. <c>http.server.request.duration</c> replaces the instrument of ASP.NET Core, which
/// looks up values for each request that are already available here.
/// </summary>
internal sealed class LoadBalancerMetrics
{
    public const string MeterName = "OwlBoard.LoadBalancer";

    private const string OtherMethod = "_OTHER";

    /// <summary>
    /// The bucket boundaries in seconds: those of OpenTelemetry for HTTP, and finer ones for responses from the same machine.
    /// The SDK's default boundaries are for milliseconds and would put every duration into the first buckets.
    /// </summary>
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries =
            [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    /// <summary>The boxed status codes for tags, cached so that a request does not allocate them.</summary>
    private static readonly object[] StatusCodes = [.. Enumerable.Range(0, 1000).Cast<object>()];

    /// <summary>
    /// The methods of OpenTelemetry's semantic conventions; all others are recorded as <see cref="OtherMethod"/>.
    /// </summary>
    private static readonly FrozenSet<string> Methods = FrozenSet.Create(
        HttpMethods.Connect, HttpMethods.Delete, HttpMethods.Get, HttpMethods.Head, HttpMethods.Options,
        HttpMethods.Patch, HttpMethods.Post, HttpMethods.Put, HttpMethods.Trace);

    private readonly Meter _meter;
    private readonly Histogram<double> _requestDuration;
    private readonly Histogram<double> _attemptDuration;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _stateChanges;
    private readonly Counter<long> _accessLogDropped;
    private readonly Counter<long> _rateLimited;
    private readonly Counter<long> _connectionLimited;
    private readonly Counter<long> _connectionsRefused;
    private readonly Counter<long> _connectionsClosed;
    private readonly Counter<long> _requestsRefused;

    public LoadBalancerMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create(MeterName);
        _requestDuration = meter.CreateHistogram<double>(
            "http.server.request.duration", "s", "Duration of HTTP server requests.", tags: null, Durations);
        _attemptDuration = meter.CreateHistogram<double>(
            "owlboard.gateway.request.duration", "s", "Duration of attempts sent to a gateway.", tags: null, Durations);
        _failures = meter.CreateCounter<long>(
            "owlboard.gateway.failures", "{failure}", "Failed attempts at a gateway, by reason.");
        _retries = meter.CreateCounter<long>(
            "owlboard.retries", "{retry}", "Retries on another gateway, by outcome.");
        _stateChanges = meter.CreateCounter<long>(
            "owlboard.gateway.state_changes", "{change}", "Changes of a gateway's state.");
        _accessLogDropped = meter.CreateCounter<long>(
            "owlboard.access_log.dropped", "{line}", "Access log lines dropped because the sink did not keep up or failed.");
        _rateLimited = meter.CreateCounter<long>(
            "owlboard.rate_limited", "{request}", "Requests refused because the client exceeded its rate limit.");
        _connectionLimited = meter.CreateCounter<long>(
            "owlboard.connection_limited", "{request}", "Requests refused because the client exceeded its concurrency limit.");
        _connectionsRefused = meter.CreateCounter<long>(
            "owlboard.connections_refused", "{connection}", "Client connections refused at a limit, by reason.");
        _connectionsClosed = meter.CreateCounter<long>(
            "owlboard.connections_closed", "{connection}", "Client connections closed to free resources for others, by reason.");
        _requestsRefused = meter.CreateCounter<long>(
            "owlboard.requests_refused", "{request}", "Requests refused with 503 at a limit or because memory is short, by reason.");
    }

    /// <summary>Registers observable instruments for the active requests and the state of the gateways.</summary>
    public void ObserveGateways(Func<IEnumerable<(string Name, int ActiveRequests, bool IsHealthy)>> gateways)
    {
        _meter.CreateObservableUpDownCounter(
            "owlboard.gateway.active_requests",
            () => gateways().Select(gateway => new Measurement<int>(gateway.ActiveRequests, Tag(gateway.Name))),
            "{request}",
            "Active requests of a gateway, open WebSockets included.");
        _meter.CreateObservableGauge(
            "owlboard.gateway.healthy",
            () => gateways().Select(gateway => new Measurement<int>(gateway.IsHealthy ? 1 : 0, Tag(gateway.Name))),
            description: "1 if the gateway is in rotation; otherwise 0.");
    }

    /// <summary>Registers observable instruments for the connections.</summary>
    /// <param name="connections">The number of open client connections, and the number of parked ones among them.</param>
    /// <param name="backlog">The number of response bytes buffered for clients that do not read.</param>
    public void ObserveConnections(Func<(int Open, int Parked)> connections, Func<long> backlog)
    {
        _meter.CreateObservableUpDownCounter(
            "owlboard.connections",
            () =>
            {
                var (open, parked) = connections();
                return new Measurement<int>[] { new(open - parked, State("served")), new(parked, State("parked")) };
            },
            "{connection}",
            "Open client connections, by state.");
        _meter.CreateObservableUpDownCounter(
            "owlboard.send_backlog", backlog, "By", "Response bytes buffered for clients that do not read.");

        static KeyValuePair<string, object?> State(string state) => new("state", state);
    }

    /// <summary>The totals for the status page.</summary>
    public RequestTotals Totals { get; } = new();

    /// <summary>Records a completed request of a client, whether a gateway or the load balancer responded.</summary>
    public void RequestEnded(HttpContext context, TimeSpan duration)
    {
        if (context.Response.StatusCode >= 500 && context.GetEndpoint().IsProxied())
        {
            Totals.CountServerError();
        }

        if (!_requestDuration.Enabled)
        {
            return;
        }

        var request = context.Request;
        var tags = new TagList
        {
            new("url.scheme", request.Scheme),
            new("http.request.method", Methods.TryGetValue(request.Method, out var method) ? method : OtherMethod),
            new("http.response.status_code", StatusCodes[context.Response.StatusCode]),
            new("network.protocol.version", VersionOf(request.Protocol)),
        };
        if (context.Features.Find<IEndpointFeature>()?.Endpoint is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            tags.Add("http.route", route);
        }

        _requestDuration.Record(duration.TotalSeconds, tags);
    }

    public void AttemptEnded(string gateway, TimeSpan duration, int statusCode) =>
        _attemptDuration.Record(duration.TotalSeconds, Tag(gateway), new("http.response.status_code", StatusCodes[statusCode]));

    public void GatewayFailed(string gateway, string reason) => _failures.Add(1, Tag(gateway), new("reason", reason));

    public void Retried(string reason)
    {
        Totals.CountRetry();
        _retries.Add(1, new("outcome", "retried"), new("reason", reason));
    }

    public void RetryRefused(string reason) => _retries.Add(1, new("outcome", "over budget"), new("reason", reason));

    public void GatewayStateChanged(string gateway, string state, string reason) =>
        _stateChanges.Add(1, Tag(gateway), new("state", state), new("reason", reason));

    public void AccessLogLinesDropped(int count) => _accessLogDropped.Add(count);

    public void RateLimited(string route)
    {
        Totals.CountRefusal();
        _rateLimited.Add(1, new KeyValuePair<string, object?>("route", route));
    }

    /// <summary>Counts a connection that was refused at a limit.</summary>
    public void ConnectionRefused(string reason) => _connectionsRefused.Add(1, Reason(reason));

    /// <summary>Counts a connection that was closed to free resources for others.</summary>
    public void ConnectionClosed(string reason) => _connectionsClosed.Add(1, Reason(reason));

    /// <summary>Counts a request that was refused with 503.</summary>
    public void RequestRefused(string reason)
    {
        Totals.CountRefusal();
        _requestsRefused.Add(1, Reason(reason));
    }

    public void ConnectionLimited()
    {
        Totals.CountRefusal();
        _connectionLimited.Add(1);
    }

    private static string VersionOf(string protocol) => protocol switch
    {
        "HTTP/1.1" => "1.1",
        "HTTP/2" => "2",
        "HTTP/3" => "3",
        _ => "1.0",
    };

    private static KeyValuePair<string, object?> Reason(string reason) => new("reason", reason);

    private static KeyValuePair<string, object?> Tag(string gateway) => new("gateway", gateway);
}
