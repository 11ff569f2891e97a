using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Connections;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>
/// Forwards a request in two steps, where <see cref="IHttpForwarder"/> has one: the caller decides between them whether the
/// response is copied to the client.
/// </summary>
public interface IUpstreamForwarder
{
    /// <summary>Sends the request, receives the response's head, and copies the head into <see cref="HttpContext.Response"/>.</summary>
    /// <param name="context">The client's request.</param>
    /// <param name="exchange">The state of the exchange, which receives the response.</param>
    /// <param name="destinationPrefix">The upstream's address.</param>
    /// <param name="httpClient">The client of the upstream's cluster.</param>
    /// <param name="requestConfig">The settings of a request that YARP's own forwarder carries.</param>
    /// <param name="transformer">The transforms of such a request.</param>
    /// <param name="limits">The events that end the exchange.</param>
    /// <returns>
    /// The error; <see cref="ForwarderError.None"/> if a head was received. The response, if there is one, has to be copied or
    /// discarded.
    /// </returns>
    public ValueTask<ForwarderError> SendAsync(
        HttpContext context,
        UpstreamExchange exchange,
        string destinationPrefix,
        HttpMessageInvoker httpClient,
        ForwarderRequestConfig requestConfig,
        HttpTransformer transformer,
        ExchangeLimits limits);

    /// <summary>Copies the response's body to the client.</summary>
    /// <returns>The error; <see cref="ForwarderError.None"/> if all of the body was copied.</returns>
    public ValueTask<ForwarderError> CopyAsync(HttpContext context, UpstreamExchange exchange);

    /// <summary>Discards the response. Its connection is pooled if all of the response has been received.</summary>
    public ValueTask DiscardAsync(HttpContext context, UpstreamExchange exchange);
}
