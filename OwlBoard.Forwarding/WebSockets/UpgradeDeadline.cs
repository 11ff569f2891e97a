using System.Net;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.WebSockets;

/// <summary>
/// Limits the time an upstream may be silent while YARP's forwarder waits for a WebSocket response. YARP has a single timeout
/// per exchange, which must be that of the WebSocket from the start. The limit ends with the 101 response; it applies to any
/// other response up to its last byte.
/// </summary>
/// <param name="inner">The transforms of the request.</param>
/// <param name="limit">The maximum time of silence.</param>
/// <param name="time">The clock.</param>
/// <param name="cancellationToken">An additional token that cancels the exchange.</param>
internal sealed class UpgradeDeadline(HttpTransformer inner, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    : HttpTransformer, IDisposable
{
    private readonly CancellationTokenSource _deadline = new(limit, time);
    private CancellationTokenSource? _either;

    /// <summary>Indicates whether the upstream exceeded the limit.</summary>
    public bool HasPassed => _deadline.IsCancellationRequested;

    /// <summary>The token that cancels the exchange.</summary>
    public CancellationToken Token =>
        (_either ??= CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token, cancellationToken)).Token;

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken) =>
        inner.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var hasBody = await inner.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse?.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            Pause();
        }
        else if (proxyResponse is not null && hasBody)
        {
            // The header fields have been copied; only the body is still read from the content.
            proxyResponse.Content = new StreamContent(new LimitedStream(await proxyResponse.Content.ReadAsStreamAsync(cancellationToken), this));
        }

        return hasBody;
    }

    public override ValueTask TransformResponseTrailersAsync(
        HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken) =>
        inner.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);

    public void Dispose()
    {
        _either?.Dispose();
        _deadline.Dispose();
    }

    private void Begin() => _deadline.CancelAfter(limit);

    private void Pause() => _deadline.CancelAfter(Timeout.InfiniteTimeSpan);

    /// <summary>A response body with the time limit on each read.</summary>
    private sealed class LimitedStream(Stream body, UpgradeDeadline deadline) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            deadline.Begin();
            var count = await body.ReadAsync(buffer, cancellationToken);
            // The client may take longer to accept the data.
            deadline.Pause();
            return count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                body.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
