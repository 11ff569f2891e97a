using System.Globalization;
using System.Text;
using OwlBoard.Benchmarks.Cases;
using OwlBoard.Benchmarks.Peers;

namespace OwlBoard.Benchmarks.Results;

/// <summary>A chart of each peer's processor time per request relative to nginx, for each case.</summary>
internal sealed class RatioChart(IReadOnlyList<CaseResult> results)
{
    private const int Width = 860;
    private const int Left = 110;
    private const int BarsWidth = 680;
    private const int Top = 70;
    private const int BarHeight = 12;
    private const int Gap = 14;

    /// <summary>The ratio at which a bar is truncated. Its label shows the value.</summary>
    private const double GreatestRatio = 4;

    /// <summary>The colors of the peers, distinguishable with color blindness (Okabe and Ito).</summary>
    private static readonly Dictionary<string, string> Colours = new()
    {
        [Peer.Nginx] = "#999999",
        ["haproxy"] = "#56b4e9",
        [Peer.StockYarp] = "#e69f00",
        [Peer.OwlBoard] = "#0072b2",
    };

    public override string ToString()
    {
        var rows = results.Select(result => (result.Case.Name, Bars: Bars(result))).Where(row => row.Bars.Count > 0).ToList();
        var height = Top + rows.Sum(row => (row.Bars.Count * BarHeight) + Gap) + 10;
        var svg = new StringBuilder();
        Append(svg, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{height}" viewBox="0 0 {Width} {height}" font-family="sans-serif" font-size="11">
            <rect width="{Width}" height="{height}" fill="#ffffff"/>
            <text x="16" y="22" font-size="15" font-weight="bold">Processor time per request relative to nginx (shorter is better)</text>
            """);
        var x = 16;
        foreach (var (peer, colour) in Colours)
        {
            Append(svg, $"""<rect x="{x}" y="34" width="12" height="12" fill="{colour}"/><text x="{x + 17}" y="44">{peer}</text>""");
            x += 120;
        }

        var y = Top;
        foreach (var (name, bars) in rows)
        {
            Append(svg, $"""<text x="{Left - 8}" y="{y + (bars.Count * BarHeight / 2) + 4}" text-anchor="end">{name}</text>""");
            foreach (var (peer, ratio) in bars)
            {
                var width = Math.Min(ratio, GreatestRatio) / GreatestRatio * BarsWidth;
                Append(svg, $"""
                    <rect x="{Left}" y="{y + 1}" width="{width:0.0}" height="{BarHeight - 2}" fill="{Colours[peer]}"/>
                    <text x="{Left + width + 4:0.0}" y="{y + 10}" font-size="10">{ratio:0.00}</text>
                    """);
                y += BarHeight;
            }

            y += Gap;
        }

        var one = Left + (BarsWidth / GreatestRatio);
        Append(svg, $"""<line x1="{one:0.0}" y1="{Top - 6}" x2="{one:0.0}" y2="{height - 16}" stroke="#000000" stroke-dasharray="3 3"/>""");
        Append(svg, $"</svg>");
        return svg.ToString();
    }

    private static List<(string Peer, double Ratio)> Bars(CaseResult result) =>
    [
        .. result.Peers.Where(peer => peer != RunningPeer.Direct)
            .Select(peer => (peer, result.Ratio(peer, Peer.Nginx, one => one.CpuPerRequest).Median))
            .Where(bar => double.IsFinite(bar.Item2)),
    ];

    private static void Append(StringBuilder svg, FormattableString text) => svg.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
