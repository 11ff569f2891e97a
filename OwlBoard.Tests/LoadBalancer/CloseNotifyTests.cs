using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using OwlBoard.Tests.Fixtures;
using OwlBoard.Tests.Forwarding.Exchanges;

namespace OwlBoard.Tests.LoadBalancer;

/// <summary>A TLS connection ends with a close_notify alert (RFC 8446 section 6.1), unless the response is truncated.</summary>
[Trait("Category", "Integration")]
public sealed class CloseNotifyTests : IDisposable
{
    private const byte Alert = 21;

    private readonly int _port = FreePort.Next();
    private readonly CertificateFolder _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Connection_that_ends_well_ends_with_close_notify()
    {
        await using var upstream = RawUpstream.Answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");

        Assert.Equal(Alert, await LastRecordAsync(upstream));
    }

    [Fact]
    public async Task Response_that_is_cut_ends_without()
    {
        await using var upstream = RawUpstream.AnsweringOnceEach("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");

        Assert.NotEqual(Alert, await LastRecordAsync(upstream));
    }

    /// <summary>Returns the type of the last record that a TLS 1.2 client receives; TLS 1.3 encrypts the type.</summary>
    private async Task<byte> LastRecordAsync(RawUpstream upstream)
    {
        _files.Write(CertificateFolder.Issue("first"));
        await using var loadBalancer = TestLoadBalancer.Start(
            [], [.. _files.Settings(_port), new("Gateways:0:Address", upstream.Address), new("Gateways:0:Name", "gw-1")]);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _port, Token);
        await using var recorded = new RecordedStream(new NetworkStream(socket));
        await using var tls = new SslStream(recorded);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                EnabledSslProtocols = SslProtocols.Tls12,
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=first",
            },
            Token);
        await tls.WriteAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), Token);
        var buffer = new byte[4096];
        try
        {
            while (await tls.ReadAsync(buffer, Token).AsTask().WaitAsync(Eventually.DefaultDeadline, Token) > 0)
            {
                // Read to the end.
            }
        }
        catch (IOException)
        {
            // The connection was aborted.
        }

        byte last = 0;
        var bytes = recorded.Bytes.ToArray();
        for (var at = 0; at + 5 <= bytes.Length; at += 5 + (bytes[at + 3] << 8 | bytes[at + 4]))
        {
            last = bytes[at];
        }

        return last;
    }

    private sealed class RecordedStream(Stream inner) : Stream
    {
        public MemoryStream Bytes { get; } = new();

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            Bytes.Write(buffer.Span[..count]);
            return count;
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
                Bytes.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
