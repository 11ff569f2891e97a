using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Status;

/// <summary>
/// The last minutes as JSON, for the status page: one number for each step, the oldest first. Durations are in milliseconds.
/// </summary>
/// <param name="StepSeconds">The length of a step.</param>
/// <param name="Times">The end of each step, in milliseconds since 1970.</param>
/// <param name="Total">All requests; the errors are responses with 5xx to clients.</param>
/// <param name="RetriesPerSecond">Attempts that followed a failed one.</param>
/// <param name="RefusalsPerSecond">Requests refused because of a limit.</param>
/// <param name="Gateways">The attempts at each gateway; the errors are those that failed.</param>
/// <param name="Changes">The latest changes of gateways' states, the newest first.</param>
internal sealed record HistoryStatus(
    double StepSeconds,
    IReadOnlyList<long> Times,
    HistoryStatus.Series Total,
    IReadOnlyList<double> RetriesPerSecond,
    IReadOnlyList<double> RefusalsPerSecond,
    IReadOnlyList<HistoryStatus.GatewaySeries> Gateways,
    IReadOnlyList<HistoryStatus.Change> Changes)
{
    /// <summary>Rounds to what a chart can show, so that the text stays short.</summary>
    public static double[] Rounded(IEnumerable<double> values) => [.. values.Select(value => Math.Round(value, 2))];

    /// <summary>Traffic, step by step; <see langword="null"/> where nothing is known.</summary>
    public sealed record Series(
        IReadOnlyList<double?> RequestsPerSecond,
        IReadOnlyList<double?> ErrorsPerSecond,
        IReadOnlyList<int?> Active,
        IReadOnlyList<double?> P50,
        IReadOnlyList<double?> P99)
    {
        /// <param name="steps">The last steps.</param>
        /// <param name="count">The number of steps to return: the first of them are unknown where there are fewer.</param>
        public static Series Of(IReadOnlyList<TrafficStep> steps, int count)
        {
            var unknown = count - steps.Count;
            return new Series(
                Values<double?>(step => Math.Round(step.RequestsPerSecond, 2)),
                Values<double?>(step => Math.Round(step.ErrorsPerSecond, 2)),
                Values<int?>(step => step.Active),
                Values(step => step.P50),
                Values(step => step.P99));

            T[] Values<T>(Func<TrafficStep, T> pick)
            {
                var values = new T[count];
                for (var i = 0; i < steps.Count; i++)
                {
                    values[unknown + i] = pick(steps[i]);
                }

                return values;
            }
        }
    }

    /// <summary>One gateway.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Traffic">Its traffic.</param>
    /// <param name="States">Its states as runs, the oldest first.</param>
    public sealed record GatewaySeries(string Name, Series Traffic, IReadOnlyList<StateRun> States)
    {
        public static GatewaySeries Of(string name, GatewayHistory history, int count) =>
            new(name, Series.Of(history.Steps, count), RunsOf(history.States, count));

        private static List<StateRun> RunsOf(IReadOnlyList<GatewayState> states, int count)
        {
            var runs = new List<StateRun>();
            if (states.Count < count)
            {
                runs.Add(new StateRun(null, count - states.Count));
            }

            foreach (var state in states)
            {
                var name = state.Name();
                if (runs is [.., var last] && last.State == name)
                {
                    runs[^1] = last with { Steps = last.Steps + 1 };
                }
                else
                {
                    runs.Add(new StateRun(name, 1));
                }
            }

            return runs;
        }
    }

    /// <summary>A state and the number of steps in a row that the gateway was in it.</summary>
    public sealed record StateRun(string? State, int Steps);

    /// <summary>A change of a gateway's state.</summary>
    public sealed record Change(DateTimeOffset At, string Gateway, string Before, string After, string Reason)
    {
        public static Change Of(GatewayStateChange change) =>
            new(change.At, change.Gateway, change.Before.Name(), change.After.Name(), change.Reason);
    }
}
