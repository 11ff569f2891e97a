using System.ComponentModel.DataAnnotations;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>
/// Options of the access log. Section <c>LoadBalancer:AccessLog</c>. Under load a line is written up to 100 ms after its
/// request. Pending lines are written when the process is stopped, and lost if it is killed.
/// </summary>
internal sealed class AccessLogOptions
{
    /// <summary>A value that indicates whether the access log is written. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The format of the lines: <c>text</c> (the default) or <c>json</c>.</summary>
    [AllowedValues("text", "json")]
    public string Format { get; set; } = "text";

    /// <summary>
    /// The path of the file to append to; the file is reopened after logrotate moves, deletes or truncates it. Default:
    /// standard output.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>
    /// The maximum number of pending lines; beyond it lines are dropped and counted, so that no request is delayed.
    /// Default 16,384; a change takes effect at the next start.
    /// </summary>
    [Range(16, 1_000_000)]
    public int Capacity { get; set; } = 16_384;
}
