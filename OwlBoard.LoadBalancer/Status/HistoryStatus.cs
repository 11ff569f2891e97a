using OwlBoard.LoadBalancer.Gateways;

namespace OwlBoard.LoadBalancer.Status;

/// <summary>
/// The JSON history of the status page: one value for each step, oldest first. Durations are in milliseconds.
/// </summary>
/// <param name="StepSeconds">The length of a step.</param>
/// <param name="Times">The end of each step, in milliseconds since the Unix epoch.</param>
/// <param name="Total">The traffic of all gateways; errors are 5xx responses to clients.</param>
/// <param name="RetriesPerSecond">The attempts per second that followed a failed one.</param>
/// <param name="RefusalsPerSecond">The requests per second refused at a limit.</param>
/// <param name="Gateways">The attempts at each gateway; errors are failed attempts.</param>
/// <param name="Changes">The latest changes of gateways' states, newest first.</param>
internal sealed record HistoryStatus(
    double StepSeconds,
    IReadOnlyList<long> Times,
    HistoryStatus.Series Total,
    IReadOnlyList<double> RetriesPerSecond,
    IReadOnlyList<double> RefusalsPerSecond,
    IReadOnlyList<HistoryStatus.GatewaySeries> Gateways,
    IReadOnlyList<HistoryStatus.Change> Changes)
{
    /// <summary>Rounds values to the precision of the charts, which keeps the JSON short.</summary>
    public static double[] Rounded(IEnumerable<double> values) => [.. values.Select(value => Math.Round(value, 2))];

    /// <summary>The traffic in each step; <see langword="null"/> for steps without a sample.</summary>
    public sealed record Series(
        IReadOnlyList<double?> RequestsPerSecond,
        IReadOnlyList<double?> ErrorsPerSecond,
        IReadOnlyList<int?> Active,
        IReadOnlyList<double?> P50,
        IReadOnlyList<double?> P99)
    {
        /// <param name="steps">The last steps.</param>
        /// <param name="count">The number of steps to return; missing steps at the start are <see langword="null"/>.</param>
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

    /// <summary>The history of a gateway.</summary>
    /// <param name="Name">The gateway's name.</param>
    /// <param name="Traffic">The gateway's traffic.</param>
    /// <param name="States">The gateway's states as runs, oldest first.</param>
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

    /// <summary>A state and the number of consecutive steps in it.</summary>
    public sealed record StateRun(string? State, int Steps);

    /// <summary>A change of a gateway's state.</summary>
    public sealed record Change(DateTimeOffset At, string Gateway, string Before, string After, string Reason)
    {
        public static Change Of(GatewayStateChange change) =>
            new(change.At, change.Gateway, change.Before.Name(), change.After.Name(), change.Reason);
    }
}
