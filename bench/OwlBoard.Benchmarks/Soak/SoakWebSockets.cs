using System.Net.WebSockets;

namespace OwlBoard.Benchmarks.Soak;

/// <summary>WebSockets whose echoed messages are compared.</summary>
internal sealed class SoakWebSockets(int port, SoakGateways gateways, SoakLedger ledger)
{
    private const string Kind = "WebSocket";

    /// <summary>The number of WebSockets.</summary>
    public const int Count = 20;

    private static readonly TimeSpan EchoTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Keeps one WebSocket open and sends a message each period until cancelled.</summary>
    public async Task RunAsync(int index, TimeSpan period, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(period);
        for (long n = index; !cancellationToken.IsCancellationRequested; n += Count)
        {
            using var socket = new ClientWebSocket();
            socket.Options.CollectHttpResponseDetails = true;
            string? upstream = null;
            try
            {
                await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}{SoakService.EchoPath}"), cancellationToken);
                upstream = socket.HttpResponseHeaders?.GetValueOrDefault("X-Upstream-Server")?.FirstOrDefault();
                while (await timer.WaitForNextTickAsync(cancellationToken))
                {
                    n += Count;
                    await EchoAsync(socket, n, cancellationToken);
                }
            }
            catch (Exception failure) when (failure is WebSocketException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                if (gateways.Explain(upstream))
                {
                    ledger.Count(Kind, "ended by a kill");
                }
                else
                {
                    ledger.Fault(Kind, upstream is null ? "not opened" : "ended", $"{failure.Message}, at {upstream}");
                }
            }
        }
    }

    private async Task EchoAsync(ClientWebSocket socket, long n, CancellationToken cancellationToken)
    {
        var message = SoakContent.Of(n, 16 + (int)(n % 8_000));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(EchoTimeout);
        await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, timeout.Token);
        var received = new byte[message.Length + 1];
        var length = 0;
        ValueWebSocketReceiveResult part;
        do
        {
            part = await socket.ReceiveAsync(received.AsMemory(length), timeout.Token);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new WebSocketException($"The WebSocket was closed with {socket.CloseStatus}.");
            }
        }
        while (!part.EndOfMessage && length < received.Length);

        if (received.AsSpan(0, length).SequenceEqual(message))
        {
            ledger.Count(Kind, "right");
        }
        else
        {
            ledger.Fault(Kind, "WRONG BYTES", $"{length} instead of {message.Length} bytes");
        }
    }
}
