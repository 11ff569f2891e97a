using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.Features;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Forwarding.Features;
using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Requests;

/// <summary>
/// The state of one client request: its connection, its attempts and its response. A feature of the request. Over HTTP/1.1,
/// where a connection serves one request at a time, the requests of a connection share one instance.
/// </summary>
internal sealed class ProxyRequestContext
{
    private Action<HttpContext, ProxyRequestContext>? _completed;

    private ProxyRequestContext(ClientConnection connection, TimeProvider time)
    {
        Connection = connection;
        Response = new ResponseMeter(connection.Activity, time);
    }

    /// <summary>The connection that the request was received on.</summary>
    public ClientConnection Connection { get; }

    /// <summary>The timestamp at which the request began.</summary>
    public long Started { get; private set; }

    /// <summary>The meter of the response's body.</summary>
    public ResponseMeter Response { get; }

    /// <summary>The current exchange with a gateway.</summary>
    public UpstreamExchange Exchange { get; } = new();

    /// <summary>Indicates whether the request is forwarded rather than handled by the load balancer itself.</summary>
    public bool IsForwarded { get; private set; }

    /// <summary>Indicates whether the request's method is idempotent (RFC 9110 section 9.2.2).</summary>
    public bool IsIdempotent { get; private set; }

    /// <summary>The request's body; <see langword="null"/> if it has none.</summary>
    public ReplayableBody? Body { get; set; }

    /// <summary>The gateways that were attempted, in order.</summary>
    public ImmutableArray<Gateway> Attempted { get; private set; } = [];

    /// <summary>The gateway of the current attempt, which counts the request as active.</summary>
    public Gateway? Gateway { get; private set; }

    /// <summary>The number of attempts that sent something to a gateway and have ended.</summary>
    public int Sent { get; set; }

    /// <summary>Returns the context of a request.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Begin"/> was not called for the request.</exception>
    public static ProxyRequestContext Of(HttpContext context) =>
        Find(context) ?? throw new InvalidOperationException("The request has no ProxyRequestContext.");

    /// <summary>Returns the context of a request; <see langword="null"/> if it has none.</summary>
    public static ProxyRequestContext? Find(HttpContext context) =>
        context.Features.Find<ProxyRequestContext>();

    /// <summary>Creates or reuses the context of a request, and sets it as a feature.</summary>
    /// <param name="context">The request.</param>
    /// <param name="time">The clock.</param>
    /// <param name="completed">The callback that <see cref="Complete"/> calls once.</param>
    public static ProxyRequestContext Begin(HttpContext context, TimeProvider time, Action<HttpContext, ProxyRequestContext> completed)
    {
        var connection = ClientConnection.Of(context);
        var request = HttpProtocol.IsHttp11(context.Request.Protocol)
            ? connection.Request ??= new ProxyRequestContext(connection, time)
            : new ProxyRequestContext(connection, time);
        request.Reset(context, completed);
        return request;
    }

    /// <summary>Marks the request as forwarded.</summary>
    public void BeginForwarding(bool isIdempotent)
    {
        IsForwarded = true;
        IsIdempotent = isIdempotent;
    }

    /// <summary>Begins an attempt at a gateway that has already counted the request as active.</summary>
    public void BeginAttempt(Gateway gateway)
    {
        Gateway = gateway;
        Attempted = Attempted.IsEmpty ? gateway.Alone : Attempted.Add(gateway);
    }

    /// <summary>Ends the current attempt, if there is one. Its gateway no longer counts the request as active.</summary>
    public void EndAttempt()
    {
        Gateway?.Release();
        Gateway = null;
    }

    /// <summary>Completes the request. Only the first call has an effect.</summary>
    public void Complete(HttpContext context)
    {
        if (_completed is { } completed)
        {
            _completed = null;
            completed(context, this);
            // A request that was not forwarded may have had a body that was not read.
            Connection.Activity?.RequestEnds(hadBody: !IsForwarded || Body is not null);
        }
    }

    private void Reset(HttpContext context, Action<HttpContext, ProxyRequestContext> completed)
    {
        _completed = completed;
        IsForwarded = false;
        IsIdempotent = false;
        Body = null;
        Attempted = [];
        Sent = 0;
        Connection.Activity?.RequestBegins();
        Started = Response.Begin(context.Features.Find<IHttpResponseBodyFeature>()!);
        context.Features.Set<IHttpResponseBodyFeature>(Response);
        context.Features.Set(this);
    }
}
