using System.Diagnostics;

namespace OwlBoard.Tests.Fixtures;

/// <summary>Waits for what another process or thread brings about, with a deadline: for states that raise no event.</summary>
internal static class Eventually
{
    /// <summary>How long a state may take to come about before the test fails. Generous: machines are busy.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(20);

    public static Task IsTrueAsync(string what, Func<bool> condition, TimeSpan? deadline = null) =>
        IsTrueAsync(what, () => Task.FromResult(condition()), deadline);

    public static async Task IsTrueAsync(string what, Func<Task<bool>> condition, TimeSpan? deadline = null)
    {
        var limit = deadline ?? DefaultDeadline;
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < limit, $"Not within {limit.TotalSeconds:0} s: {what}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
