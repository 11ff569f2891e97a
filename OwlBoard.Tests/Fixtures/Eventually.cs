using System.Diagnostics;

namespace OwlBoard.Tests.Fixtures;

/// <summary>Waits, with a deadline, for states of other processes or threads that raise no event.</summary>
internal static class Eventually
{
    /// <summary>The default time to wait before the test fails. Generous: test machines are busy.</summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan DefaultPause = TimeSpan.FromMilliseconds(20);

    public static Task IsTrueAsync(string what, Func<bool> condition, TimeSpan? deadline = null) =>
        IsTrueAsync(what, () => Task.FromResult(condition()), deadline);

    /// <param name="what">The expected state, for the failure message.</param>
    /// <param name="condition">Returns a value that indicates whether the state has been reached.</param>
    /// <param name="deadline">The time to wait. Default: <see cref="DefaultDeadline"/>.</param>
    /// <param name="pause">The time between checks; longer for expensive checks. Default: 20 ms.</param>
    public static async Task IsTrueAsync(string what, Func<Task<bool>> condition, TimeSpan? deadline = null, TimeSpan? pause = null)
    {
        var limit = deadline ?? DefaultDeadline;
        var started = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < limit, $"Not reached within {limit.TotalSeconds:0} s: {what}");
            await Task.Delay(pause ?? DefaultPause, TestContext.Current.CancellationToken);
        }
    }
}
