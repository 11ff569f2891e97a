using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.Limits;

/// <summary>The timeouts of the steps of a request. Section <c>LoadBalancer:Timeouts</c>.</summary>
internal sealed class TimeoutOptions
{
    /// <summary>The timeout for opening a connection to a gateway. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan Connect { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The timeout for a gateway's response head, and for each further byte of its body. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan Response { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The timeout for receiving the head of a client's request. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan RequestHeaders { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The timeout for the next byte of a client's request body. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan RequestBody { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The time for which a client's connection may be idle between requests. Default 75 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(75);

    /// <summary>
    /// The time for which a client may accept no byte of its response, as nginx's <c>send_timeout</c>. A slow client still gets its
    /// whole response. Default 60 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00")]
    public TimeSpan ClientSend { get; set; } = TimeSpan.FromSeconds(60);
}
