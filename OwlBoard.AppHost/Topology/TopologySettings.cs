using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace OwlBoard.AppHost.Topology;

/// <summary>
/// The options of the topology from any configuration source: <c>--gateways 8</c> on the command line,
/// <c>ports__desktop=18000</c> in the environment. <see cref="Error"/> reports the first invalid one.
/// </summary>
internal sealed class TopologySettings(string[] args, IConfiguration configuration)
{
    /// <summary>The section of the ports.</summary>
    public const string PortsSection = "ports";

    /// <summary>The options of Aspire's host, which the Aspire CLI uses to run, inspect, publish and deploy.</summary>
    private static readonly string[] HostOptions =
    [
        "operation", "publisher", "step", "list-steps", "output-path", "log-level", "include-exception-details", "clear-cache",
        "yes", "environment",
    ];

    private readonly List<string> _known = [];
    private readonly Dictionary<int, string> _ports = [];
    private string? _error;

    /// <summary>One line with the first error and what is allowed; <see langword="null"/> if there is none.</summary>
    public string? Error => FindUnknownOption() ?? _error;

    /// <summary>Returns a whole number from <paramref name="atLeast"/> to <paramref name="atMost"/>.</summary>
    public int Number(string key, int otherwise, int atLeast, int atMost)
    {
        _known.Add(key);
        if (configuration[key] is not { } text)
        {
            configuration[key] = otherwise.ToString(CultureInfo.InvariantCulture);
            return otherwise;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= atLeast && number <= atMost)
        {
            return number;
        }

        _error ??= $"--{key} is '{text}'; it must be a whole number from {atLeast} to {atMost}.";
        return otherwise;
    }

    /// <summary>Returns a TCP port, <c>--ports:NAME</c>; all ports must differ.</summary>
    public int Port(string name, int otherwise)
    {
        var key = ConfigurationPath.Combine(PortsSection, name);
        var port = Number(key, otherwise, atLeast: 1, atMost: 65535);
        if (!_ports.TryAdd(port, key) && _ports[port] != key)
        {
            _error ??= $"--{_ports[port]} and --{key} are both {port}; each needs a port of its own.";
        }

        return port;
    }

    /// <summary>Returns the absolute path of a directory; a relative one is relative to the current directory.</summary>
    public string Directory(string key, string otherwise)
    {
        _known.Add(key);
        var path = configuration[key] ?? otherwise;
        if (!string.IsNullOrWhiteSpace(path) && !path.Contains('\0'))
        {
            return Path.GetFullPath(path);
        }

        _error ??= $"--{key} is empty; it must be the path of a directory.";
        return otherwise;
    }

    /// <summary>Returns one of the given words; the first is the default.</summary>
    public string OneOf(string key, params string[] words)
    {
        _known.Add(key);
        var word = configuration[key] ?? words[0];
        if (!words.Contains(word))
        {
            _error ??= $"--{key} is '{word}'; it must be {string.Join(" or ", words)}.";
        }

        return word;
    }

    /// <summary>Records an error that concerns several settings.</summary>
    public void Refuse(bool wrong, string error) => _error ??= wrong ? error : null;

    /// <summary>
    /// Returns an error for a misspelled option, which would otherwise be ignored. Options of Aspire's own host, which its CLI
    /// passes, are not checked.
    /// </summary>
    private string? FindUnknownOption()
    {
        for (var i = 0; i < args.Length; i++)
        {
            var option = args[i];
            if (!option.StartsWith("--", StringComparison.Ordinal))
            {
                return $"'{option}' is not an option. {Usage()}";
            }

            var equals = option.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? option[2..] : option[2..equals];
            if (!IsKnown(key))
            {
                return $"Unknown option '--{key}'. {Usage()}";
            }

            if (equals < 0 && (++i == args.Length || args[i].StartsWith("--", StringComparison.Ordinal)))
            {
                return $"--{key} requires a value. {Usage()}";
            }
        }

        return null;
    }

    private bool IsKnown(string key) =>
        _known.Concat(HostOptions).Contains(key, StringComparer.OrdinalIgnoreCase)
        || key.StartsWith("Logging:", StringComparison.OrdinalIgnoreCase);

    private string Usage() => $"Options, each with a value: {string.Join(", ", _known.Select(key => $"--{key}"))}.";
}
