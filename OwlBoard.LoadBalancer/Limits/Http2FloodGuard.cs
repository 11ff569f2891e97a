using System.IO.Pipelines;
using System.Net.Security;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>Closes HTTP/2 connections that send too many frames without progress (see <see cref="Http2FrameCounter"/>).</summary>
internal sealed class Http2FloodGuard(ConnectionGate gate, TimeProvider time)
{
    /// <summary>Counts the frames of an HTTP/2 connection. Must run after TLS, which negotiates the protocol.</summary>
    public Task PassAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.Features.Get<ITlsApplicationProtocolFeature>() is { } protocol
            && protocol.ApplicationProtocol.Span.SequenceEqual(SslApplicationProtocol.Http2.Protocol.Span))
        {
            connection.Transport = new Transport(connection.Transport, new CountingReader(connection, gate, new Http2FrameCounter(time)));
        }

        return next(connection);
    }

    private sealed class Transport(IDuplexPipe inner, PipeReader input) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => inner.Output;
    }

    private sealed class CountingReader(ConnectionContext connection, ConnectionGate gate, Http2FrameCounter counter) : PipeReader
    {
        private readonly PipeReader _inner = connection.Transport.Input;

        /// <summary>The number of bytes at the start of the buffer that were counted.</summary>
        private long _counted;
        private ReadResult _last;

        public override bool TryRead(out ReadResult result)
        {
            if (!_inner.TryRead(out result))
            {
                return false;
            }

            Count(result);
            return true;
        }

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var result = await _inner.ReadAsync(cancellationToken);
            Count(result);
            return result;
        }

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            _counted -= _last.Buffer.Slice(0, consumed).Length;
            _last = default;
            _inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => _inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => _inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => _inner.CompleteAsync(exception);

        private void Count(in ReadResult result)
        {
            _last = result;
            var isWithinLimits = counter.TryCount(result.Buffer.Slice(_counted));
            _counted = result.Buffer.Length;
            if (!isWithinLimits)
            {
                gate.Shed(ShedReason.Http2Flood);
                var reason = new ConnectionAbortedException("The client sends too many HTTP/2 frames without progress.");
                connection.Abort(reason);
                throw reason;
            }
        }
    }
}
