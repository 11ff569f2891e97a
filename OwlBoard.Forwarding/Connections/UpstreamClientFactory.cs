using System.Text;
using Microsoft.Extensions.Logging;
using OwlBoard.Forwarding.Transport;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Connections;

/// <summary>Creates an <see cref="UpstreamClient"/> for each cluster, around the <see cref="HttpClient"/> that YARP would use.</summary>
/// <param name="loops">The loops of the connections.</param>
/// <param name="metrics">The metrics of the connections.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The logger of YARP's factory.</param>
public abstract class UpstreamClientFactory(
    SocketLoops loops, ForwardingMetrics metrics, TimeProvider time, ILogger<ForwarderHttpClientFactory> logger)
    : ForwarderHttpClientFactory(logger), IForwarderHttpClientFactory
{
    /// <summary>The clock.</summary>
    protected TimeProvider Time => time;

    HttpMessageInvoker IForwarderHttpClientFactory.CreateClient(ForwarderHttpClientContext context)
    {
        // The old client is returned if it can be reused.
        var client = CreateClient(context);
        return client is UpstreamClient ? client : new UpstreamClient(client, loops, CreateOptions(context), metrics, time);
    }

    /// <summary>Creates the options of a cluster's pooled connections.</summary>
    /// <param name="context">The cluster.</param>
    /// <returns>The options.</returns>
    protected abstract UpstreamConnectionOptions CreateOptions(ForwarderHttpClientContext context);

    /// <inheritdoc/>
    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        base.ConfigureHandler(context, handler);
        // Matches Kestrel's decoding. By default a non-ASCII character is an error, which would count against the upstream.
        handler.RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1;
    }
}
