using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>
/// The line that each request leaves behind. Section <c>LoadBalancer:AccessLog</c>. Under load a line is written up to 100 ms
/// after its request; what has not been written is lost if the process is killed, and written if it is stopped.
/// </summary>
public sealed class AccessLogOptions
{
    /// <summary>Whether there is an access log. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary><c>text</c> (the default) or <c>json</c>.</summary>
    [AllowedValues("text", "json")]
    public string Format { get; set; } = "text";

    /// <summary>
    /// The file to append to; opened again by itself once it was moved, deleted or truncated, as logrotate does. Default:
    /// standard output.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>
    /// How many lines may wait to be written; more are dropped and counted rather than holding a request up.
    /// Default 16,384; a change applies from the next start on.
    /// </summary>
    [Range(16, 1_000_000)]
    public int Capacity { get; set; } = 16_384;
}
