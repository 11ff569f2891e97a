using OwlBoard.AppHost.Embedded.Dashboard.Traces;

namespace OwlBoard.Tests.AppHost.Dashboard;

[Trait("Category", "Unit")]
public sealed class TraceTests
{
    [Fact]
    public void Oldest_traces_are_dropped_when_there_are_more_than_fit()
    {
        var store = new TraceStore(mostTraces: 3);

        store.Add(Enumerable.Range(1, 5).Select(i => Of($"trace-{i}", "a", start: (ulong)i)));

        Assert.Equal(["trace-5", "trace-4", "trace-3"], store.Find(new(), 10).Select(trace => trace.Id));
        Assert.Null(store.Get("trace-1"));
    }

    [Fact]
    public void Oldest_traces_are_dropped_when_their_spans_are_more_than_fit()
    {
        var store = new TraceStore(mostSpans: 10);

        for (var i = 0; i < 5; i++)
        {
            store.Add(Enumerable.Range(0, 4).Select(j => Of($"trace-{i}", $"span-{j}", start: (ulong)i)));
        }

        Assert.Equal((2, 8), store.Count);
        Assert.NotNull(store.Get("trace-4"));
    }

    [Fact]
    public void Traces_with_an_error_outlive_the_others_and_fill_no_more_than_a_quarter()
    {
        var store = new TraceStore(mostTraces: 8);
        store.Add([Of("failed-first", "a") with { IsError = true }]);

        store.Add(Enumerable.Range(0, 100).Select(i => Of($"sound-{i}", "a")));
        Assert.NotNull(store.Get("failed-first"));

        store.Add(Enumerable.Range(0, 100).Select(i => Of($"failed-{i}", "a") with { IsError = true }));
        store.Add(Enumerable.Range(100, 8).Select(i => Of($"sound-{i}", "a")));
        Assert.Null(store.Get("failed-first"));
        Assert.Equal(8, store.Count.Traces);
        Assert.True(store.Find(new(OnlyErrors: true), 10).Count <= 2);
    }

    [Fact]
    public void Trace_keeps_a_thousand_spans_and_each_once()
    {
        var store = new TraceStore();

        store.Add(Enumerable.Range(0, 3 * TraceStore.MostSpansOfTrace).Select(i => Of("trace", $"span-{i % 1500}")));

        Assert.Equal((1, TraceStore.MostSpansOfTrace), store.Count);
    }

    [Fact]
    public void Trace_is_named_by_the_first_span_whose_parent_is_not_here()
    {
        var store = new TraceStore();
        store.Add([Of("t", "b", parent: "a", start: 5) with { Resource = "gateway" }, Of("t", "a", parent: "the client's", start: 2) with { End = 9 }]);

        var summary = Assert.Single(store.Find(new(), 10));

        Assert.Equal(("a", "load-balancer", 2ul, 7ul), (summary.Name, summary.Resource, summary.Start, summary.Duration));
        Assert.Equal(["load-balancer", "gateway"], summary.Resources);
    }

    [Theory]
    [InlineData("gateway", null, false, 0, "slow")]
    [InlineData(null, "FAST", false, 0, "fast")]
    [InlineData(null, null, true, 0, "fast")]
    [InlineData(null, null, false, 100, "slow")]
    public void Traces_are_found_by_program_text_error_and_duration(string? resource, string? text, bool errors, int atLeast, string expected)
    {
        var store = new TraceStore();
        store.Add([Of("1", "fast") with { IsError = true }, Of("2", "slow") with { Resource = "gateway", End = 1000 }]);

        Assert.Equal(expected, Assert.Single(store.Find(new(resource, text, errors, (ulong)atLeast), 10)).Name);
    }

    [Fact]
    public void Waterfall_has_each_span_below_its_parent_and_siblings_by_their_start()
    {
        var rows = TraceTree.Of([
            Of("t", "late", parent: "root", start: 9), Of("t", "child", parent: "early", start: 4), Of("t", "early", parent: "root", start: 3),
            Of("t", "root", start: 1), Of("t", "orphan", parent: "gone", start: 7)]);

        Assert.Equal([("root", 0), ("early", 1), ("child", 2), ("late", 1), ("orphan", 0)], rows.Select(row => (row.Span.Id, row.Depth)));
    }

    [Fact]
    public void Waterfall_has_every_span_once_when_they_are_each_others_parents()
    {
        var rows = TraceTree.Of([Of("t", "a", parent: "b", start: 2), Of("t", "b", parent: "a", start: 1), Of("t", "self", parent: "self", start: 3)]);

        Assert.Equal(["b", "a", "self"], rows.Select(row => row.Span.Id));
    }

    private static Span Of(string trace, string id, string? parent = null, ulong start = 0) =>
        new(trace, id, parent, "load-balancer", id) { Start = start, End = start };
}
