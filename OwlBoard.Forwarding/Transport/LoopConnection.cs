using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace OwlBoard.Forwarding.Transport;

/// <summary>A client connection of Kestrel.</summary>
internal sealed class LoopConnection :
    ConnectionContext,
    IDuplexPipe,
    IConnectionIdFeature,
    IConnectionTransportFeature,
    IConnectionItemsFeature,
    IConnectionLifetimeFeature,
    IConnectionEndPointFeature,
    IMemoryPoolFeature,
    IParkableConnection
{
    private static readonly Type[] OwnFeatures =
    [
        typeof(IConnectionIdFeature),
        typeof(IConnectionTransportFeature),
        typeof(IConnectionItemsFeature),
        typeof(IConnectionLifetimeFeature),
        typeof(IConnectionEndPointFeature),
        typeof(IMemoryPoolFeature),
        typeof(IParkableConnection),
    ];

    /// <summary>The interval at which the acknowledged bytes are checked before a reset.</summary>
    private static readonly TimeSpan AcknowledgmentInterval = TimeSpan.FromMilliseconds(20);

    private static long _number = DateTime.UtcNow.Ticks;

    private readonly CancellationTokenSource _closed = new();
    private readonly LoopReader _input;
    private readonly LoopWriter _output;
    private readonly LoopListener _listener;
    private readonly ClientLimits _limits;
    private readonly TimeProvider _time;

    /// <summary>The number of bytes received when the last request ended; -1 if the connection cannot be parked.</summary>
    private long _receivedByRequests;
    private SendWatch? _sendWatch;
    private ConnectionAbortedException? _abortReason;
    private int _isClosed;
    private volatile bool _isLingering;
    private volatile bool _isCutShort;

    private LoopConnection(
        LoopListener listener, SocketDescriptor? accepted, LoopSocket? socket, EndPoint remote, EndPoint local, MemoryPool<byte> memory, ClientLimits limits, TimeProvider time)
    {
        _listener = listener;
        _limits = limits;
        _time = time;
        _input = new LoopReader(this);
        _output = new LoopWriter(this);
        Socket = socket ?? new LoopSocket(accepted!, _input.Operation, Close);
        MemoryPool = memory;
        Transport = this;
        LocalEndPoint = local;
        RemoteEndPoint = remote;
        Features = new ConnectionFeatures(this, OwnFeatures);
        ConnectionClosed = _closed.Token;
        ConnectionId = Interlocked.Increment(ref _number).ToString("X", CultureInfo.InvariantCulture);
    }

    public LoopSocket Socket { get; }

    /// <summary>The limits of the connection.</summary>
    public ClientLimits Limits => _limits;

    /// <summary>Indicates whether this end has aborted the connection.</summary>
    public bool IsAborted => Volatile.Read(ref _abortReason) is not null;

    /// <summary>Indicates whether the kernel has not yet accepted all of a flush.</summary>
    public bool IsSending => !_output.Sending.IsCompleted;

    public IParkingOwner? Owner { get; set; }

    public bool IsParked { get; set; }

    /// <summary>Indicates whether Kestrel canceled its read of the next request and has written nothing since.</summary>
    public bool IsStoppedIdle { get; set; }

    public MemoryPool<byte> MemoryPool { get; }

    public override IFeatureCollection Features { get; }

    public override string ConnectionId { get; set; }

    public override IDictionary<object, object?> Items
    {
        get => field ??= new ConnectionItems();
        set;
    }

    public override IDuplexPipe Transport { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    PipeReader IDuplexPipe.Input => _input;

    PipeWriter IDuplexPipe.Output => _output;

    /// <summary>Creates the connection of an accepted socket.</summary>
    /// <param name="listener">The listener that accepted it.</param>
    /// <param name="accepted">The socket, which the connection takes ownership of.</param>
    /// <param name="remote">The client's address.</param>
    /// <param name="local">This end's address.</param>
    /// <param name="memory">The memory pool for Kestrel.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="time">The clock.</param>
    public static LoopConnection Accept(
        LoopListener listener, SocketDescriptor accepted, EndPoint remote, EndPoint local, MemoryPool<byte> memory, ClientLimits limits, TimeProvider time) =>
        new(listener, accepted, socket: null, remote, local, memory, limits, time);

    /// <summary>Creates the connection of a parked socket whose client has sent data.</summary>
    /// <inheritdoc cref="Accept"/>
    public static LoopConnection Resume(LoopListener listener, ParkedConnection parked, MemoryPool<byte> memory, ClientLimits limits, TimeProvider time)
    {
        var connection = new LoopConnection(listener, accepted: null, parked.Socket, parked.Remote, parked.Local, memory, limits, time) { Owner = parked.Owner };
        connection._input.Operation.KeepReady();
        connection.Socket.Rebind(connection._input.Operation, connection.Close);
        if (connection.Socket.IsPeerClosed)
        {
            connection.Close();
        }

        return connection;
    }

    /// <summary>Returns the exception that Kestrel expects for the error.</summary>
    public Exception Failure(SocketError error)
    {
        if (Volatile.Read(ref _abortReason) is { } reason)
        {
            return reason;
        }

        var failure = new SocketException((int)error);
        return error is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown
            ? new ConnectionResetException(failure.Message, failure)
            : new ConnectionAbortedException(failure.Message, failure);
    }

    public void RequestEnded(bool hadBody) => _receivedByRequests = hadBody ? -1 : _input.ReceivedIfConsumed;

    public bool TryPark() => !IsAborted && _receivedByRequests >= 0 && _input.TryPark(_receivedByRequests);

    public override void Abort() => Abort(new ConnectionAbortedException());

    /// <summary>
    /// Aborts the connection. Data that has been flushed is sent; anything later is dropped. <see cref="DisposeAsync"/> gives
    /// the client time to read the data.
    /// </summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        Interlocked.CompareExchange(ref _abortReason, abortReason, null);
        if (_isLingering)
        {
            Socket.Dispose();
            return;
        }

        _output.SendNow();
        if (_isCutShort)
        {
            _output.Break();
        }
        else
        {
            TryEndSending();
        }

        _input.Abort();
        Close();
    }

    /// <summary>
    /// Marks the connection for a reset in the middle of a response that is delimited by the close of the connection, as in
    /// HTTP/1.0. A reset, after all data has been acknowledged, is the client's only sign of a truncated response.
    /// </summary>
    public void MarkTruncated() => _isCutShort = true;

    /// <summary>Closes the connection immediately, because the client does not accept data.</summary>
    public void Cut()
    {
        Interlocked.CompareExchange(ref _abortReason, new ConnectionAbortedException("The client did not accept data within the send timeout."), null);
        Socket.Dispose();
        Close();
    }

    /// <summary>Starts the send timeout, because the kernel did not accept all of a flush.</summary>
    public void WatchSending()
    {
        _sendWatch ??= new SendWatch(this, _limits, _time);
    }

    public override async ValueTask DisposeAsync()
    {
        _input.Complete();
        _output.Complete();
        await _output.Sending;
        if (IsParked && TryLeave())
        {
            _sendWatch?.Dispose();
            if (IsFirstToClose())
            {
                _closed.Cancel();
            }

            await base.DisposeAsync();
            return;
        }

        if (_isCutShort)
        {
            await ResetOnceAcknowledgedAsync();
        }
        else if (MayLoseData() && TryEndSending())
        {
            await LingerAsync();
        }

        _sendWatch?.Dispose();
        Socket.Dispose();
        if (IsFirstToClose())
        {
            // Kestrel no longer waits for this token, so it is canceled inline, without the cost of a thread switch.
            _closed.Cancel();
        }

        await base.DisposeAsync();
    }

    /// <summary>Hands the socket over to a <see cref="ParkedConnection"/>.</summary>
    /// <returns>
    /// <see langword="true"/> if the socket was handed over; otherwise, <see langword="false"/>, and the connection is
    /// closed.
    /// </returns>
    private bool TryLeave()
    {
        if (Socket.IsDisposed || Socket.IsPeerClosed || IsAborted || _output.IsBroken)
        {
            Owner?.ParkedClosed();
            return false;
        }

        _listener.Park(new ParkedConnection(Socket, _listener, RemoteEndPoint!, LocalEndPoint!, Owner));
        return true;
    }

    /// <summary>
    /// Returns a value that indicates whether closing the connection could lose data. The kernel sends a reset if the client
    /// sends anything after the close. Nothing is lost if the client has closed its end, if nothing was sent, or if
    /// everything was acknowledged before the connection became idle.
    /// </summary>
    private bool MayLoseData() =>
        !Socket.IsDisposed
        && _output is { HasSent: true, IsBroken: false }
        && _input.CanDrop
        && !(IsStoppedIdle && Socket.Progress.IsAllAcknowledged);

    private async ValueTask ResetOnceAcknowledgedAsync()
    {
        var seen = Socket.Progress;
        var since = _time.GetTimestamp();
        while (!Socket.IsDisposed && !seen.IsAllAcknowledged && _time.GetElapsedTime(since) < _limits.SendTimeout)
        {
            await Task.Delay(AcknowledgmentInterval, _time);
            var progress = Socket.Progress;
            if (progress.Acknowledged != seen.Acknowledged)
            {
                since = _time.GetTimestamp();
            }

            seen = progress;
        }

        Socket.ResetOnClose();
    }

    private async ValueTask LingerAsync()
    {
        using var lingering = LingeringClose.TryBegin(this, _limits, _time);
        if (lingering is not null)
        {
            _isLingering = true;
            await _input.DropAsync();
        }
    }

    /// <summary>Closes the sending side of the connection.</summary>
    /// <returns><see langword="true"/> if the connection was still open; otherwise, <see langword="false"/>.</returns>
    private bool TryEndSending()
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Send);
            return true;
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <summary>Cancels <see cref="ConnectionClosed"/> on the thread pool: no client waits for a response.</summary>
    private void Close()
    {
        if (IsFirstToClose())
        {
            ThreadPool.UnsafeQueueUserWorkItem(static closed => closed.Cancel(), _closed, preferLocal: false);
        }
    }

    private bool IsFirstToClose() => Interlocked.Exchange(ref _isClosed, 1) == 0;
}
