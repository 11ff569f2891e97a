using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OwlBoard.Benchmarks.Load;

namespace OwlBoard.Benchmarks.Overload.Clients;

/// <summary>
/// A client that reuses its connections, opens another one when all are in use, and retries a request once if a reused
/// connection was closed before any byte of the response was received (RFC 9112 section 9.3.1).
/// </summary>
internal sealed class Client(IPAddress address, IPEndPoint target, byte[] request) : IDisposable
{
    private const int BufferBytes = 8 * 1024;

    /// <summary>The time after which a request without a response has failed.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly Stack<Socket> _idle = [];

    /// <summary>Sends the request and waits for the response.</summary>
    /// <param name="due">The time at which the request was due, from which the latency is measured.</param>
    /// <param name="isNewcomer">Indicates whether to use a new connection, like a client that has just arrived.</param>
    public async Task<ClientResponse> SendAsync(long due, bool isNewcomer)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        var isResent = false;
        string? failure;
        try
        {
            failure = null;
            if (isNewcomer)
            {
                await TryExchangeAsync(await ConnectAsync(timeout.Token), isKept: false, keep: false, timeout.Token);
            }
            else if (TakeIdle() is not { } kept || (isResent = !await TryExchangeAsync(kept, isKept: true, keep: true, timeout.Token)))
            {
                await TryExchangeAsync(await ConnectAsync(timeout.Token), isKept: false, keep: true, timeout.Token);
            }
        }
        catch (OperationCanceledException)
        {
            failure = $"no response within {Timeout.TotalSeconds:0} s";
        }
        catch (SocketException refused)
        {
            failure = refused.SocketErrorCode.ToString();
        }
        catch (IOException wrong)
        {
            failure = wrong.Message;
        }

        return new ClientResponse(Stopwatch.GetElapsedTime(due), failure, isResent);
    }

    public void Dispose()
    {
        while (TakeIdle() is { } socket)
        {
            socket.Dispose();
        }
    }

    private Socket? TakeIdle()
    {
        lock (_idle)
        {
            while (_idle.TryPop(out var socket))
            {
                // An idle connection that is readable has been closed.
                if (!socket.Poll(0, SelectMode.SelectRead))
                {
                    return socket;
                }

                socket.Dispose();
            }

            return null;
        }
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            LingerState = new LingerOption(enable: true, seconds: 0),
        };
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            await socket.ConnectAsync(target, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends the request and receives the response.</summary>
    /// <returns><see langword="false"/> if a reused connection was closed before any byte of the response.</returns>
    /// <exception cref="IOException">The status is not 200, or the response is incomplete.</exception>
    private async Task<bool> TryExchangeAsync(Socket socket, bool isKept, bool keep, CancellationToken cancellationToken)
    {
        var received = 0;
        var isComplete = false;
        try
        {
            await socket.SendAsync(request, cancellationToken);
            var buffer = new byte[BufferBytes];
            while (true)
            {
                var count = await socket.ReceiveAsync(buffer.AsMemory(received), cancellationToken);
                received += count > 0 ? count : throw new SocketException((int)SocketError.ConnectionReset);
                switch (SmallResponse.Recognize(buffer.AsSpan(0, received)))
                {
                    case Reply.Complete:
                        return isComplete = true;
                    case Reply.Broken:
                        throw new IOException(Encoding.ASCII.GetString(buffer, 0, received).Split('\r')[0]);
                    default:
                        continue;
                }
            }
        }
        catch (SocketException) when (isKept && received == 0)
        {
            return false;
        }
        finally
        {
            if (isComplete && keep)
            {
                lock (_idle)
                {
                    _idle.Push(socket);
                }
            }
            else
            {
                socket.Dispose();
            }
        }
    }
}
