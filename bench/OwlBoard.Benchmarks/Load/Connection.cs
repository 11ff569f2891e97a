using System.Net;
using System.Net.Sockets;

namespace OwlBoard.Benchmarks.Load;

/// <summary>One connection of a <see cref="ConstantRateSession"/>.</summary>
internal sealed class Connection : IDisposable
{
    /// <summary>Replies are small where the rate is what is given.</summary>
    private const int BufferSize = 2048;

    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _received;

    private Connection(Socket socket) => _socket = socket;

    public int Descriptor => (int)_socket.Handle;

    /// <summary>When the request that it is waiting for an answer to was due.</summary>
    public long DueAt { get; set; }

    public bool IsWaiting { get; set; }

    /// <summary>Whether it is of no use any more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Connects, sends the opening and receives the answer to it.</summary>
    public static Connection Open(IExchange exchange, Target target, byte[] opening)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)OpenTimeout.TotalMilliseconds,
            // Closed by a reset: thousands of closed connections must not take the ports of the next measurement.
            LingerState = new LingerOption(enable: true, seconds: 0),
        };
        var connection = new Connection(socket);
        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, target.Port));
            socket.Send(opening);
            var reply = Reply.Incomplete;
            while (reply == Reply.Incomplete && connection.TryReceive())
            {
                reply = exchange.RecognizeOpening(connection._buffer.AsSpan(0, connection._received), out var length);
                connection.Drop(reply == Reply.Complete ? length : 0);
            }

            return reply == Reply.Complete ? connection : throw new BenchmarkException($"{target.Address} does not answer as it should.");
        }
        catch (SocketException failure)
        {
            connection.Dispose();
            throw new BenchmarkException($"No connection to {target.Address}: {failure.Message}");
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Sends, small enough never to block.</summary>
    public bool TrySend(byte[] request)
    {
        _socket.Send(request, SocketFlags.None, out var error);
        return error == SocketError.Success;
    }

    /// <summary>Takes what is there, once the socket is readable.</summary>
    public Reply Receive(IExchange exchange)
    {
        if (!TryReceive())
        {
            return Reply.Broken;
        }

        while (true)
        {
            var reply = exchange.Recognize(_buffer.AsSpan(0, _received), out var length);
            if (reply is Reply.Complete or Reply.Ignored)
            {
                Drop(length);
            }

            if (reply != Reply.Ignored)
            {
                return reply;
            }
        }
    }

    /// <summary>Closes it, which also ends its being watched.</summary>
    public void Break()
    {
        IsBroken = true;
        _socket.Dispose();
    }

    public void Dispose() => _socket.Dispose();

    private bool TryReceive()
    {
        var count = _socket.Receive(_buffer.AsSpan(_received), SocketFlags.None, out var error);
        _received += count;
        return count > 0 && error == SocketError.Success;
    }

    private void Drop(int length)
    {
        _buffer.AsSpan(length, _received - length).CopyTo(_buffer);
        _received -= length;
    }
}
