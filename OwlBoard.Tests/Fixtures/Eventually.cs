using System.Diagnostics;

namespace OwlBoard.Tests.Fixtures;

/// <summary>Waits for what another process or thread brings about, with a deadline: for states that raise no event.</summary>
internal static class Eventually
{
    /// <summary>How long a state may take to come about before the test fails. Generous: machines are busy.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan DefaultPause = TimeSpan.FromMilliseconds(20);

    public static Task IsTrueAsync(string what, Func<bool> condition, TimeSpan? deadline = null) =>
        IsTrueAsync(what, () => Task.FromResult(condition()), deadline);

    /// <param name="what">What is waited for, for the message when it does not come about.</param>
    /// <param name="condition">Whether it has.</param>
    /// <param name="deadline">How long it may take; <see cref="DefaultDeadline"/> if not given.</param>
    /// <param name="pause">How long until it is asked again, where asking has its price; 20 ms if not given.</param>
    public static async Task IsTrueAsync(string what, Func<Task<bool>> condition, TimeSpan? deadline = null, TimeSpan? pause = null)
    {
        var limit = deadline ?? DefaultDeadline;
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < limit, $"Not within {limit.TotalSeconds:0} s: {what}");
            await Task.Delay(pause ?? DefaultPause, TestContext.Current.CancellationToken);
        }
    }
}
