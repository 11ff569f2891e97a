using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using OwlBoard.Forwarding.Exchanges;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Forwarding.Exchanges;

[SuppressMessage("Reliability", "CA2012", Justification = "Each is awaited once, if not at once.")]
[Trait("Category", "Unit")]
public sealed class StatePoolingMethodBuilderTests
{
    private static readonly AsyncLocal<int> Ambient = new();

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Ends_with_the_methods_result_or_failure_whether_it_waited_or_not(bool waits, bool fails)
    {
        var gate = new Gate();
        var running = AddAsync(waits ? gate : null, 20, fails);
        Assert.Equal(!waits, running.IsCompleted);
        gate.Open(22);

        if (fails)
        {
            Assert.Equal("failed", (await Assert.ThrowsAsync<InvalidDataException>(async () => await running)).Message);
        }
        else
        {
            Assert.Equal(waits ? 42 : 20, await running);
        }
    }

    [Fact]
    public async Task Calls_that_wait_at_the_same_time_keep_apart()
    {
        for (var round = 0; round < 3; round++)
        {
            var gates = Enumerable.Range(0, 500).Select(_ => new Gate()).ToArray();
            var running = gates.Select((gate, i) => AddAsync(gate, i).AsTask()).ToArray();
            for (var i = gates.Length - 1; i >= 0; i--)
            {
                gates[i].Open(1000);
            }

            Assert.Equal(Enumerable.Range(1000, gates.Length), await Task.WhenAll(running));
        }
    }

    [Fact]
    public async Task Goes_on_in_the_context_that_it_began_in_and_leaves_its_callers_as_it_was()
    {
        var gate = new Gate();
        Ambient.Value = 1;
        var running = ChangeAsync(gate);
        Assert.Equal(1, Ambient.Value);
        Ambient.Value = 2;

        await Task.Run(
            () =>
            {
                Ambient.Value = 3;
                gate.Open(0);
                Assert.Equal(3, Ambient.Value);
            },
            TestContext.Current.CancellationToken);

        Assert.Equal((1, 10, 10), await running);
        Assert.Equal(2, Ambient.Value);

        [AsyncMethodBuilder(typeof(StatePoolingMethodBuilder<>))]
        static async ValueTask<(int Begun, int Changed, int Continued)> ChangeAsync(Gate gate)
        {
            var begun = Ambient.Value;
            Ambient.Value = 10;
            var changed = Ambient.Value;
            await gate;
            return (begun, changed, Ambient.Value);
        }
    }

    [Fact]
    public void As_many_waits_as_there_were_before_make_no_states_anew()
    {
        var gates = Enumerable.Range(0, 100).Select(_ => new Gate()).ToArray();
        var running = new ValueTask<int>[gates.Length];
        Assert.Equal(5050, WaitOnAll());

        // A debug build compiles state machines as classes, which allocates an object for each call.
        var atMost = 100 * gates.Length;
        Assert.InRange(Allocations.By(() => WaitOnAll(), atMost, times: 1), 0, atMost);

        int WaitOnAll()
        {
            var sum = 0;
            for (var i = 0; i < gates.Length; i++)
            {
                running[i] = AddAsync(gates[i], i);
            }

            for (var i = 0; i < gates.Length; i++)
            {
                gates[i].Open(1);
                sum += running[i].GetAwaiter().GetResult();
            }

            return sum;
        }
    }

    [AsyncMethodBuilder(typeof(StatePoolingMethodBuilder<>))]
    private static async ValueTask<int> AddAsync(Gate? gate, int number, bool fails = false)
    {
        if (gate is not null)
        {
            number += await gate;
        }

        return fails ? throw new InvalidDataException("failed") : number;
    }

    /// <summary>An awaitable gate for a single waiter. It closes again when the waiter has passed.</summary>
    private sealed class Gate : ICriticalNotifyCompletion
    {
        private Action? _continuation;
        private int _result;

        public bool IsCompleted => false;

        public Gate GetAwaiter() => this;

        public int GetResult() => _result;

        public void OnCompleted(Action continuation) => _continuation = continuation;

        public void UnsafeOnCompleted(Action continuation) => _continuation = continuation;

        public void Open(int result)
        {
            _result = result;
            Interlocked.Exchange(ref _continuation, null)?.Invoke();
        }
    }
}
