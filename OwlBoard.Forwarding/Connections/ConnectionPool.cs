using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Security;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Transport;

namespace OwlBoard.Forwarding.Connections;

/// <summary>
/// The connections to one upstream: the ones in use, whose exchanges it watches, and the idle ones. The most recently used
/// idle connection is rented first, so that surplus connections reach their idle timeout.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle, and requests may wait for it when the pool is retired.")]
internal sealed class ConnectionPool
{
    /// <summary>The maximum number of concurrent TLS handshakes; enough to keep a few processors busy on both sides.</summary>
    private const int MaxConcurrentHandshakes = 4;

    private readonly SocketLoops _loops;
    private readonly UpstreamConnectionOptions _options;
    private readonly ForwardingMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Action? _onUse;
    private readonly DnsEndPoint _endPoint;
    private readonly bool _isTls;
    private readonly Lock _lock = new();
    private readonly List<UpstreamConnection> _idle = [];
    private readonly SemaphoreSlim _handshakes = new(MaxConcurrentHandshakes);
    private UpstreamConnection? _used;
    private int _usedCount;
    private bool _retired;

    /// <param name="loops">The loops of the connections.</param>
    /// <param name="address">The upstream's address, as configured in YARP.</param>
    /// <param name="options">The connection options.</param>
    /// <param name="metrics">The connection metrics.</param>
    /// <param name="time">The clock for timeouts.</param>
    /// <param name="onUse">Called when a connection is rented, to schedule a <see cref="Sweep"/>.</param>
    public ConnectionPool(
        SocketLoops loops, string address, UpstreamConnectionOptions options, ForwardingMetrics metrics, TimeProvider time, Action? onUse = null)
    {
        var uri = new Uri(address, UriKind.Absolute);
        _isTls = uri.Scheme == Uri.UriSchemeHttps;
        _endPoint = new DnsEndPoint(uri.DnsSafeHost, uri.Port);
        _loops = loops;
        _options = options;
        _metrics = metrics;
        _time = time;
        _onUse = onUse;
        Address = address;
        Authority = uri.Authority;
        PathBase = uri.AbsolutePath.TrimEnd('/');
    }

    /// <summary>The upstream's address, as configured in YARP.</summary>
    public string Address { get; }

    /// <summary>The host and port, sent as <c>Host</c> if the client sent none.</summary>
    public string Authority { get; }

    /// <summary>The path that precedes each request's path; usually empty.</summary>
    public string PathBase { get; }

    /// <summary>The clock for timeouts.</summary>
    public TimeProvider Time => _time;

    /// <summary>The number of idle connections.</summary>
    public int Idle
    {
        get
        {
            lock (_lock)
            {
                return _idle.Count;
            }
        }
    }

    /// <summary>The number of connections in use.</summary>
    public int Used => Volatile.Read(ref _usedCount);

    /// <summary>Rents an idle connection that is alive.</summary>
    /// <param name="limits">The limits of the exchange.</param>
    /// <returns>The connection, which is watched from now on; <see langword="null"/> if no idle connection is available.</returns>
    public UpstreamConnection? TryTake(in ExchangeLimits limits)
    {
        while (true)
        {
            UpstreamConnection connection;
            lock (_lock)
            {
                if (_idle.Count == 0)
                {
                    return null;
                }

                connection = _idle[^1];
                _idle.RemoveAt(_idle.Count - 1);
                if (!connection.IsDead && !IsExpired(connection))
                {
                    AddInUse(connection, limits);
                    return connection;
                }
            }

            _metrics.FoundDead(Address);
            connection.Dispose();
        }
    }

    /// <summary>
    /// Opens a connection for a request that found no idle one. TLS handshakes are limited to a few at once: with one per
    /// request in a burst, both sides would be so busy that no request completed and returned its connection for the next.
    /// </summary>
    /// <param name="limits">The limits of the exchange.</param>
    /// <returns>The new connection, or one that was returned in the meantime; it is watched from now on.</returns>
    /// <exception cref="HttpRequestException">
    /// The connection could not be opened. The error code and the inner exception state the reason.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public ValueTask<UpstreamConnection> OpenLimitedAsync(in ExchangeLimits limits) => _isTls ? OpenAfterHandshakeSlotAsync(limits) : OpenAsync(limits);

    /// <summary>Opens a connection without waiting for other handshakes.</summary>
    /// <param name="limits">The limits of the exchange.</param>
    /// <returns>The connection, which is watched from now on.</returns>
    /// <exception cref="HttpRequestException">
    /// The connection could not be opened. The error code and the inner exception state the reason.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public async ValueTask<UpstreamConnection> OpenAsync(ExchangeLimits limits)
    {
        var (socket, stream, tls) = await ConnectAsync(limits.ClientDisconnected, limits.Cancellation);
        var connection = new UpstreamConnection(socket, stream, tls, this, _time.GetTimestamp());
        lock (_lock)
        {
            AddInUse(connection, limits);
        }

        _metrics.Opened(Address);
        return connection;
    }

    /// <summary>Opens a connection that does not belong to the pool and is not counted in its metrics.</summary>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>The connection's stream, with TLS for an <c>https</c> upstream.</returns>
    /// <exception cref="HttpRequestException">
    /// The connection could not be opened. The error code and the inner exception state the reason.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public async ValueTask<Stream> OpenUnpooledAsync(CancellationToken cancellationToken)
    {
        var (socket, _, tls) = await ConnectAsync(cancellationToken, CancellationToken.None);
        return tls ?? (Stream)new TcpStream(socket);
    }

    /// <summary>Returns a connection to the pool after a completed exchange.</summary>
    public void Return(UpstreamConnection connection)
    {
        // The pending read that detects a close starts before another request can rent the connection.
        var isAlive = connection.BecomeIdle();
        lock (_lock)
        {
            RemoveInUse(connection);
            if (isAlive && !_retired && connection.Ended == ConnectionEnd.None && _idle.Count < _options.IdleConnections && !IsExpired(connection))
            {
                connection.IdleSince = _time.GetTimestamp();
                _idle.Add(connection);
                return;
            }
        }

        connection.Dispose();
    }

    /// <summary>Closes a connection that cannot be used again.</summary>
    public void Discard(UpstreamConnection connection)
    {
        lock (_lock)
        {
            RemoveInUse(connection);
        }

        connection.Dispose();
    }

    /// <summary>Ends exchanges that have timed out, and closes idle connections that are dead or expired.</summary>
    /// <returns><see langword="true"/> if any connection is left to watch; otherwise, <see langword="false"/>.</returns>
    public bool Sweep()
    {
        var now = Math.Max(1, _time.GetTimestamp());
        List<UpstreamConnection>? expired = null;
        bool any;
        lock (_lock)
        {
            for (var connection = _used; connection is not null; connection = connection.Next)
            {
                if (connection.Watch.Look(now, _time) is not ConnectionEnd.None and var end)
                {
                    connection.End(end);
                }
            }

            for (var i = _idle.Count - 1; i >= 0; i--)
            {
                if (_idle[i].IsDead || _time.GetElapsedTime(_idle[i].IdleSince, now) >= _options.IdleTimeout)
                {
                    (expired ??= []).Add(_idle[i]);
                    _idle.RemoveAt(i);
                }
            }

            any = _used is not null || _idle.Count > 0;
        }

        expired?.ForEach(connection => connection.Dispose());
        return any;
    }

    /// <summary>Closes the idle connections and pools no more; connections in use are closed after use.</summary>
    public void Retire()
    {
        UpstreamConnection[] idle;
        lock (_lock)
        {
            _retired = true;
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (var connection in idle)
        {
            connection.Dispose();
        }
    }

    /// <summary>Counts a closed connection.</summary>
    public void Closed() => _metrics.Closed(Address);

    private async ValueTask<UpstreamConnection> OpenAfterHandshakeSlotAsync(ExchangeLimits limits)
    {
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limits.ClientDisconnected, limits.Cancellation);
        if (!await _handshakes.WaitAsync(_options.HandshakeTimeout, any.Token))
        {
            throw new HttpRequestException(
                HttpRequestError.SecureConnectionError,
                string.Create(CultureInfo.InvariantCulture, $"The TLS handshake with {Authority} could not start within {_options.HandshakeTimeout.TotalSeconds:0.###} s."),
                new TimeoutException());
        }

        try
        {
            return TryTake(limits) ?? await OpenAsync(limits);
        }
        finally
        {
            _handshakes.Release();
        }
    }

    private async ValueTask<(TcpSocket Socket, TcpStream? Stream, SslStream? Tls)> ConnectAsync(CancellationToken clientGone, CancellationToken cancellation)
    {
        TcpSocket? socket = null;
        SslStream? tls = null;
        var limit = _options.ConnectTimeout;
        using var timeout = new CancellationTokenSource(limit, _time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, clientGone, cancellation);
        try
        {
            socket = await TcpSocket.ConnectAsync(_loops, _endPoint, _options.Hosts, any.Token);
            if (!_isTls)
            {
                return (socket, null, null);
            }

            // The upstream has accepted the connection. In a burst, handshakes take long on both sides.
            timeout.CancelAfter(limit = _options.HandshakeTimeout);
            var stream = new TcpStream(socket);
            tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(_options.Tls ?? DefaultTls(), any.Token);
            return (socket, stream, tls);
        }
        catch (Exception failure)
        {
            tls?.Dispose();
            socket?.Dispose();
            if (clientGone.IsCancellationRequested || cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException("The request was canceled while its connection was being opened.", failure);
            }

            throw new HttpRequestException(
                tls is null ? HttpRequestError.ConnectionError : HttpRequestError.SecureConnectionError,
                timeout.IsCancellationRequested
                    ? string.Create(CultureInfo.InvariantCulture, $"{(tls is null ? "Connecting to" : "The TLS handshake with")} {Authority} timed out after {limit.TotalSeconds:0.###} s.")
                    : $"Connecting to {Authority} failed: {failure.Message}",
                timeout.IsCancellationRequested ? new TimeoutException(failure.Message, failure) : failure);
        }
    }

    private SslClientAuthenticationOptions DefaultTls() => new() { TargetHost = new Uri(Address).DnsSafeHost };

    private bool IsExpired(UpstreamConnection connection) =>
        _options.Lifetime != Timeout.InfiniteTimeSpan && _time.GetElapsedTime(connection.Opened) >= _options.Lifetime;

    private void AddInUse(UpstreamConnection connection, in ExchangeLimits limits)
    {
        connection.Watch.Begin(limits);
        connection.Previous = null;
        connection.Next = _used;
        _used?.Previous = connection;
        _used = connection;
        _usedCount++;
        _onUse?.Invoke();
    }

    private void RemoveInUse(UpstreamConnection connection)
    {
        if (connection.Previous is { } previous)
        {
            previous.Next = connection.Next;
        }
        else
        {
            _used = connection.Next;
        }

        connection.Next?.Previous = connection.Previous;
        connection.Previous = connection.Next = null;
        _usedCount--;
    }
}
