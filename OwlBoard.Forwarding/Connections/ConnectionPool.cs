using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Security;
using OwlBoard.Forwarding.Sockets;

namespace OwlBoard.Forwarding.Connections;

/// <summary>
/// The connections to one upstream: those in use, which it watches over, and the unused ones, of which the most recently
/// used goes first, so that those that are not needed grow old and are closed.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The semaphore has no wait handle, and requests may wait for it when the pool is retired.")]
internal sealed class ConnectionPool
{
    /// <summary>As many as keep a few processors busy on both sides.</summary>
    private const int HandshakesAtOnce = 4;

    private readonly SocketLoops _loops;
    private readonly UpstreamConnectionOptions _options;
    private readonly ForwardingMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Action? _onUse;
    private readonly DnsEndPoint _endPoint;
    private readonly bool _isTls;
    private readonly Lock _lock = new();
    private readonly List<UpstreamConnection> _idle = [];
    private readonly SemaphoreSlim _handshakes = new(HandshakesAtOnce);
    private UpstreamConnection? _used;
    private int _usedCount;
    private bool _retired;

    /// <param name="loops">The loops of the connections.</param>
    /// <param name="address">The upstream's address, as YARP has it.</param>
    /// <param name="options">The connections.</param>
    /// <param name="metrics">Where their numbers go.</param>
    /// <param name="time">The clock that time limits are judged on.</param>
    /// <param name="onUse">Called when a connection begins to be used: <see cref="Sweep"/> has to come soon.</param>
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

    /// <summary>The upstream's address, as YARP has it.</summary>
    public string Address { get; }

    /// <summary>Host and port, for <c>Host</c> where the client said none.</summary>
    public string Authority { get; }

    /// <summary>The path that comes before each request's; usually empty.</summary>
    public string PathBase { get; }

    /// <summary>The clock that time limits are judged on.</summary>
    public TimeProvider Time => _time;

    /// <summary>How many connections wait for a request.</summary>
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

    /// <summary>How many connections carry a request.</summary>
    public int Used => Volatile.Read(ref _usedCount);

    /// <summary>Takes an unused connection that is alive.</summary>
    /// <param name="limits">What ends the exchange that it is taken for.</param>
    /// <returns>It, watched over from now on; <see langword="null"/> when there is none: then open one.</returns>
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
                if (!connection.IsDead && !IsTooOld(connection))
                {
                    Enlist(connection, limits);
                    return connection;
                }
            }

            _metrics.FoundDead(Address);
            connection.Dispose();
        }
    }

    /// <summary>
    /// Opens a connection, for a request that found none unused. Of those over TLS only a few at once: when a rush of
    /// requests meets an empty pool, a handshake each would keep both sides so busy that no request was ever done and gave
    /// its connection to the next.
    /// </summary>
    /// <param name="limits">What ends the exchange that it is opened for.</param>
    /// <returns>It, or one that became unused meanwhile, watched over from now on.</returns>
    /// <exception cref="HttpRequestException">It could not be opened; why is said by its error and its inner exception.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled meanwhile.</exception>
    public ValueTask<UpstreamConnection> OpenInTurnAsync(in ExchangeLimits limits) => _isTls ? WaitForTurnAsync(limits) : OpenAsync(limits);

    /// <summary>Opens a connection, whatever others there may be.</summary>
    /// <param name="limits">What ends the exchange that it is opened for.</param>
    /// <returns>It, watched over from now on.</returns>
    /// <exception cref="HttpRequestException">It could not be opened; why is said by its error and its inner exception.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled meanwhile.</exception>
    public async ValueTask<UpstreamConnection> OpenAsync(ExchangeLimits limits)
    {
        var (socket, stream, tls) = await ConnectAsync(limits.ClientGone, limits.Cancellation);
        var connection = new UpstreamConnection(socket, stream, tls, this, _time.GetTimestamp());
        lock (_lock)
        {
            Enlist(connection, limits);
        }

        _metrics.Opened(Address);
        return connection;
    }

    /// <summary>Opens a connection that does not belong to the pool, and is not among its numbers.</summary>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>It, with TLS if the upstream speaks that.</returns>
    /// <exception cref="HttpRequestException">It could not be opened; why is said by its error and its inner exception.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled meanwhile.</exception>
    public async ValueTask<Stream> OpenOutsideAsync(CancellationToken cancellationToken)
    {
        var (socket, _, tls) = await ConnectAsync(cancellationToken, CancellationToken.None);
        return tls ?? (Stream)new TcpStream(socket);
    }

    /// <summary>Takes a connection back whose exchange was completed.</summary>
    public void Return(UpstreamConnection connection)
    {
        // The read that will notice its end begins before anyone else can take it.
        var isAlive = connection.BecomeIdle();
        lock (_lock)
        {
            Delist(connection);
            if (isAlive && !_retired && connection.Ended == ConnectionEnd.None && _idle.Count < _options.IdleConnections && !IsTooOld(connection))
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
            Delist(connection);
        }

        connection.Dispose();
    }

    /// <summary>Ends exchanges whose time is up, and closes connections that are dead or unused for too long.</summary>
    /// <returns>Whether there is any connection left to look at.</returns>
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

    /// <summary>No connection is kept from now on; those in use are closed after use.</summary>
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

    /// <summary>A connection is closed for good.</summary>
    public void Closed() => _metrics.Closed(Address);

    private async ValueTask<UpstreamConnection> WaitForTurnAsync(ExchangeLimits limits)
    {
        using var any = CancellationTokenSource.CreateLinkedTokenSource(limits.ClientGone, limits.Cancellation);
        if (!await _handshakes.WaitAsync(_options.HandshakeTimeout, any.Token))
        {
            throw new HttpRequestException(
                HttpRequestError.SecureConnectionError,
                string.Create(CultureInfo.InvariantCulture, $"No TLS handshake with {Authority} could begin within {_options.HandshakeTimeout.TotalSeconds:0.###} s."),
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

            // Whoever takes connections is there: under a rush of new ones, handshakes take their time on both sides.
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
                throw new OperationCanceledException("The request ended while a connection was opened.", failure);
            }

            throw new HttpRequestException(
                tls is null ? HttpRequestError.ConnectionError : HttpRequestError.SecureConnectionError,
                timeout.IsCancellationRequested
                    ? string.Create(CultureInfo.InvariantCulture, $"No {(tls is null ? "connection to" : "TLS handshake with")} {Authority} within {limit.TotalSeconds:0.###} s.")
                    : $"No connection to {Authority}: {failure.Message}",
                timeout.IsCancellationRequested ? new TimeoutException(failure.Message, failure) : failure);
        }
    }

    private SslClientAuthenticationOptions DefaultTls() => new() { TargetHost = new Uri(Address).DnsSafeHost };

    private bool IsTooOld(UpstreamConnection connection) =>
        _options.Lifetime != Timeout.InfiniteTimeSpan && _time.GetElapsedTime(connection.Opened) >= _options.Lifetime;

    private void Enlist(UpstreamConnection connection, in ExchangeLimits limits)
    {
        connection.Watch.Begin(limits);
        connection.Previous = null;
        connection.Next = _used;
        _used?.Previous = connection;
        _used = connection;
        _usedCount++;
        _onUse?.Invoke();
    }

    private void Delist(UpstreamConnection connection)
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
