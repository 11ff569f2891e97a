using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace OwlBoard.Benchmarks.Overload.Attacks;

/// <summary>
/// A fixed number of connections from several addresses, each of which sends an opening and reads nothing. A connection that
/// the proxy closes or refuses is reopened.
/// </summary>
/// <param name="connections">The number of connections.</param>
/// <param name="addresses">The number of source addresses.</param>
/// <param name="opening">Returns the opening of a connection by its index.</param>
internal sealed class ConnectionSwarm(int connections, int addresses, Func<int, ConnectionOpening> opening)
{
    private const int OpenPerSecond = 2_000;
    private const int ReopenPerSecond = 500;

    /// <summary>The number of connections that are opened concurrently.</summary>
    private const int OpenAtOnce = 64;

    /// <summary>The number of sweeps between two trickled bytes, which amounts to 5 s.</summary>
    private const int SweepsPerByte = 10;

    /// <summary>The send buffer: large enough for an opening, so that a connection that the proxy does not read delays no other.</summary>
    private const int SendBufferBytes = 128 * 1024;

    /// <summary>The receive buffer: as small as the system allows, so that the response stays in the proxy.</summary>
    private const int ReceiveBufferBytes = 4 * 1024;

    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMilliseconds(500);

    private readonly Socket?[] _sockets = new Socket?[connections];
    private readonly Channel<int> _toOpen = Channel.CreateUnbounded<int>();
    private readonly Pace _openings = new(OpenPerSecond);
    private readonly Pace _reopenings = new(ReopenPerSecond);
    private int _opened;
    private int _refused;
    private int _closed;
    private int _most;

    /// <summary>Opens the connections and keeps them open until cancelled.</summary>
    /// <returns>A summary of the connections.</returns>
    public async Task<string> RunAsync(IPEndPoint target, CancellationToken stop)
    {
        for (var i = 0; i < connections; i++)
        {
            _toOpen.Writer.TryWrite(i);
        }

        var tasks = Enumerable.Range(0, OpenAtOnce).Select(_ => OpenAsync(target, stop)).Append(SweepAsync(stop)).ToArray();
        try
        {
            await Task.WhenAll(tasks);
        }
        catch (OperationCanceledException)
        {
            // The attack has ended.
        }

        var held = _sockets.Count(socket => socket is not null && TcpState.IsEstablished(socket));
        Array.ForEach(_sockets, socket => socket?.Dispose());
        return string.Create(
            CultureInfo.InvariantCulture, $"{Math.Max(_most, held):N0} connections held, {_closed + _refused:N0} closed or refused by the proxy");
    }

    private async Task OpenAsync(IPEndPoint target, CancellationToken stop)
    {
        await foreach (var index in _toOpen.Reader.ReadAllAsync(stop))
        {
            await (Interlocked.Increment(ref _opened) <= connections ? _openings : _reopenings).WaitAsync(stop);
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                NoDelay = true,
                // Close with a reset: connections in TIME_WAIT would use up the ports of the next attack.
                LingerState = new LingerOption(enable: true, seconds: 0),
                SendBufferSize = SendBufferBytes,
                ReceiveBufferSize = ReceiveBufferBytes,
            };
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(stop);
            timeout.CancelAfter(OpenTimeout);
            try
            {
                TcpState.UseEthernetSegments(socket);
                socket.Bind(new IPEndPoint(AttackTarget.Attacker(index % addresses), 0));
                await socket.ConnectAsync(target, timeout.Token);
                if (opening(index).Bytes is { Length: > 0 } bytes)
                {
                    await socket.SendAsync(bytes, timeout.Token);
                }

                _sockets[index] = socket;
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                stop.ThrowIfCancellationRequested();
                Interlocked.Increment(ref _refused);
                _toOpen.Writer.TryWrite(index);
            }
        }
    }

    private async Task SweepAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(SweepInterval);
        var oneByte = "x"u8.ToArray();
        for (var sweep = 0; await timer.WaitForNextTickAsync(stop); sweep++)
        {
            var held = 0;
            for (var i = 0; i < _sockets.Length; i++)
            {
                if (_sockets[i] is not { } socket)
                {
                    continue;
                }

                if (TcpState.IsEstablished(socket))
                {
                    held++;
                    if (i % SweepsPerByte == sweep % SweepsPerByte && opening(i).Trickles)
                    {
                        // The next sweep detects the failure.
                        socket.Send(oneByte, SocketFlags.None, out _);
                    }
                }
                else
                {
                    socket.Dispose();
                    _sockets[i] = null;
                    _closed++;
                    _toOpen.Writer.TryWrite(i);
                }
            }

            _most = Math.Max(_most, held);
        }
    }
}
