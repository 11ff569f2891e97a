using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OwlBoard.Benchmarks.Load;

/// <summary>One connection of an <see cref="OpenLoopSession"/>.</summary>
internal sealed class Connection : IDisposable
{
    /// <summary>The size of the receive buffer. Open-loop responses are small.</summary>
    private const int BufferSize = 2048;

    private static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[BufferSize];
    private int _received;

    private Connection(Socket socket) => _socket = socket;

    public int Descriptor => (int)_socket.Handle;

    /// <summary>The time at which the outstanding request was due.</summary>
    public long DueAt { get; set; }

    public bool IsWaiting { get; set; }

    /// <summary>Indicates whether the connection can no longer be used.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Connects and sends the opening of the exchange.</summary>
    public static Connection Open(Target target, byte[] opening)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = (int)OpenTimeout.TotalMilliseconds,
            // Close with a reset: connections in TIME_WAIT would use up the ports of the next measurement.
            LingerState = new LingerOption(enable: true, seconds: 0),
        };
        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, target.Port));
            socket.Send(opening);
            return new Connection(socket);
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new BenchmarkException($"Could not connect to {target.Address}: {failure.Message}");
        }
    }

    /// <summary>Waits for the response to the opening.</summary>
    public void IsOpen(IExchange exchange, Target target)
    {
        var reply = Reply.Incomplete;
        while (reply == Reply.Incomplete && TryReceive())
        {
            reply = exchange.RecognizeOpening(_buffer.AsSpan(0, _received), out var length);
            Drop(reply == Reply.Complete ? length : 0);
        }

        if (reply != Reply.Complete)
        {
            throw new BenchmarkException(
                $"{target.Address} returned an unexpected response: {Encoding.Latin1.GetString(_buffer, 0, Math.Min(_received, 100))}");
        }
    }

    /// <summary>Sends a request, which is small enough never to block.</summary>
    public bool TrySend(byte[] request)
    {
        _socket.Send(request, SocketFlags.None, out var error);
        return error == SocketError.Success;
    }

    /// <summary>Receives the available bytes when the socket is readable.</summary>
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

    /// <summary>Closes the connection, which also removes it from epoll.</summary>
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
