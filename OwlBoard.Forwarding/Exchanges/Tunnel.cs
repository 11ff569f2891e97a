using System.Buffers;
using OwlBoard.Forwarding.Connections;
using Yarp.ReverseProxy.Forwarder;

namespace OwlBoard.Forwarding.Exchanges;

/// <summary>Copies bytes in both directions after an upgrade, without parsing them, until one side closes.</summary>
internal static class Tunnel
{
    private const int BufferBytes = 8 * 1024;

    public static async ValueTask<CopyResult> RunAsync(Stream client, UpstreamConnection connection)
    {
        using var stop = new CancellationTokenSource();
        var up = CopyUpAsync(client, connection, stop.Token);
        var down = CopyDownAsync(client, connection, stop.Token);
        var first = await Task.WhenAny(up, down);
        var second = first == up ? down : up;
        var result = await first;
        if (result.Error != ForwarderError.None)
        {
            // The other direction is stopped as well: its peer is gone.
            connection.End(ConnectionEnd.Cancelled);
            await stop.CancelAsync();
            await second;
            return result;
        }

        if (first == down)
        {
            // The upstream has closed; further data from the client is discarded.
            await stop.CancelAsync();
            await second;
            return default;
        }

        return await second;
    }

    private static async Task<CopyResult> CopyUpAsync(Stream client, UpstreamConnection connection, CancellationToken stop)
    {
        var error = ForwarderError.UpgradeRequestClient;
        byte[]? buffer = null;
        try
        {
            while (true)
            {
                error = ForwarderError.UpgradeRequestClient;
                // The zero-byte read waits without a buffer, so that an idle WebSocket holds none.
                _ = await client.ReadAsync(Memory<byte>.Empty, stop);
                buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                var count = await client.ReadAsync(buffer, stop);
                error = ForwarderError.UpgradeRequestDestination;
                connection.Watch.Touch();
                if (count == 0)
                {
                    await connection.EndSendingAsync();
                    return default;
                }

                await connection.SendAsync(buffer.AsMemory(0, count));
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = null;
            }
        }
        catch (Exception failure)
        {
            return new CopyResult(Explain(connection, stop.IsCancellationRequested, error, ForwarderError.UpgradeRequestCanceled), failure);
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static async Task<CopyResult> CopyDownAsync(Stream client, UpstreamConnection connection, CancellationToken stop)
    {
        var error = ForwarderError.UpgradeResponseClient;
        try
        {
            while (true)
            {
                if (!connection.Received.IsEmpty)
                {
                    error = ForwarderError.UpgradeResponseClient;
                    await client.WriteAsync(connection.ReceivedMemory, stop);
                    connection.Consume(connection.Received.Length);
                }

                error = ForwarderError.UpgradeResponseDestination;
                var count = await connection.ReceiveAsync();
                connection.Watch.Touch();
                if (count == 0)
                {
                    return default;
                }

                connection.Add(count);
            }
        }
        catch (Exception failure)
        {
            return new CopyResult(Explain(connection, stop.IsCancellationRequested, error, ForwarderError.UpgradeResponseCanceled), failure);
        }
    }

    private static ForwarderError Explain(UpstreamConnection connection, bool isStopped, ForwarderError error, ForwarderError cancelled) =>
        connection.Ended switch
        {
            ConnectionEnd.TimedOut => ForwarderError.UpgradeActivityTimeout,
            ConnectionEnd.None when !isStopped => error,
            _ => cancelled,
        };
}
