namespace OwlBoard.LoadBalancer.Forwarding;

/// <summary>
/// Bounds the idle connections to each gateway, which SocketsHttpHandler cannot: it bounds those in use or none. Requests
/// beyond the bound go over a second pool that closes its connections as soon as they are idle, and so do WebSockets,
/// which would occupy the first, and probes, which must not wait for a place in it.
/// </summary>
internal sealed class PooledHandler(SocketsHttpHandler pooled, SocketsHttpHandler unpooled) : HttpMessageHandler
{
    private static readonly HttpRequestOptionsKey<bool> Unpooled = new("OwlBoard.Unpooled");

    private readonly HttpMessageInvoker _pooled = new(pooled);
    private readonly HttpMessageInvoker _unpooled = new(unpooled);

    /// <summary>Sends the request over a connection that is not kept for others.</summary>
    public static void BypassPool(HttpRequestMessage request) => request.Options.Set(Unpooled, true);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        (request.Options.TryGetValue(Unpooled, out var isUnpooled) && isUnpooled ? _unpooled : _pooled).SendAsync(request, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _pooled.Dispose();
            _unpooled.Dispose();
        }

        base.Dispose(disposing);
    }
}
