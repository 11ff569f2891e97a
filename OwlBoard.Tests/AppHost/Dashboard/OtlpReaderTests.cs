using OwlBoard.AppHost.Embedded.Dashboard.Metrics;
using OwlBoard.AppHost.Embedded.Dashboard.Otlp;
using OwlBoard.AppHost.Embedded.Dashboard.Traces;

namespace OwlBoard.Tests.AppHost.Dashboard;

[Trait("Category", "Unit")]
public sealed class OtlpReaderTests
{
    private static readonly byte[] TraceId = [.. Enumerable.Repeat<byte>(0xAB, 16)];
    private static readonly byte[] SpanId = [.. Enumerable.Repeat<byte>(0xCD, 8)];

    [Fact]
    public void Span_is_read_with_all_that_is_shown_of_it()
    {
        var span = Assert.Single(OtlpTraces.Read(Request(Span()
            .Text(5, "GET /{**path}").Number(6, 2).Fixed64(7, 1_000).Fixed64(8, 3_000)
            .Attribute(9, "http.request.method", "GET").Attribute(9, "url.path", "/api/users")
            .Message(11, new ProtoMessage().Fixed64(1, 2_000).Text(2, "exception").Attribute(3, "exception.type", "Oops"))
            .Message(15, new ProtoMessage().Text(2, "it broke").Number(3, 2)))));

        Assert.Equal(("load-balancer", "GET /api/users", SpanKind.Server), (span.Resource, span.Title, span.Kind));
        Assert.Equal(("abababababababababababababababab", "cdcdcdcdcdcdcdcd", null), (span.TraceId, span.Id, span.ParentId));
        Assert.Equal((1_000ul, 3_000ul, true, "it broke"), (span.Start, span.End, span.IsError, span.Message));
        Assert.Equal("exception", Assert.Single(span.Events).Name);
    }

    [Theory]
    [InlineData("404", false)]
    [InlineData("503", true)]
    public void Span_of_a_client_failed_only_when_the_service_did(string status, bool isError)
    {
        var span = Assert.Single(OtlpTraces.Read(Request(Span()
            .Attribute(9, "http.response.status_code", status).Message(15, new ProtoMessage().Number(3, 2)))));

        Assert.Equal(isError, span.IsError);
    }

    [Fact]
    public void Attributes_are_cut_when_they_are_many_or_long()
    {
        var message = Span();
        for (var i = 0; i < 1000; i++)
        {
            message.Attribute(9, $"key-{i}", new string('x', 10_000));
        }

        var span = Assert.Single(OtlpTraces.Read(Request(message)));

        Assert.Equal(OtlpAttributes.Most, span.Attributes.Count);
        Assert.All(span.Attributes, attribute => Assert.Equal(OtlpAttributes.LongestValue + 1, attribute.Value.Length));
    }

    [Fact]
    public void Body_that_is_cut_anywhere_is_refused_or_read_but_never_breaks_the_reader()
    {
        var whole = Request(Span().Text(5, "name").Fixed64(7, 1).Attribute(9, "key", "value"));

        var refused = 0;
        for (var length = 1; length < whole.Length; length++)
        {
            try
            {
                OtlpTraces.Read(whole.AsSpan(0, length));
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.Equal(whole.Length - 1, refused);
    }

    [Fact]
    public void Noise_is_refused_or_read_but_never_breaks_the_reader()
    {
        var random = new Random(1);
        var noise = new byte[64];
        for (var i = 0; i < 20_000; i++)
        {
            random.NextBytes(noise);
            // Half of them begin as a request does.
            (noise[0], noise[1]) = i % 2 == 0 ? ((byte)0x0A, (byte)62) : (noise[0], noise[1]);
            Assert.True(IsReadOrRefused(() => OtlpTraces.Read(noise)));
            Assert.True(IsReadOrRefused(() => OtlpMetrics.Read(noise)));
            Assert.True(IsReadOrRefused(() => OtlpLogs.Read(noise)));
        }
    }

    [Fact]
    public void Span_without_an_id_is_refused() =>
        Assert.Throws<InvalidDataException>(() => OtlpTraces.Read(Request(new ProtoMessage().Text(5, "nameless"))));

    [Fact]
    public void Metrics_are_read_packed_and_unpacked()
    {
        var packed = new byte[16];
        packed[0] = 3;
        packed[8] = 1;
        var request = new ProtoMessage().Message(1, new ProtoMessage()
            .Message(1, new ProtoMessage().Attribute(1, "service.name", "load-balancer"))
            .Message(2, new ProtoMessage()
                .Message(2, new ProtoMessage().Text(1, "duration").Text(3, "s").Message(9, new ProtoMessage().Number(2, 2)
                    .Message(1, new ProtoMessage().Fixed64(2, 7).Fixed64(4, 4).Double(5, 0.5).Data(6, packed).Double(7, 0.1).Attribute(9, "gateway", "a"))))
                .Message(2, new ProtoMessage().Text(1, "retries").Message(7, new ProtoMessage().Number(2, 2).Number(3, 1)
                    .Message(1, new ProtoMessage().Fixed64(6, 5).Attribute(7, "reason", "timeout"))))
                .Message(2, new ProtoMessage().Text(1, "healthy").Message(5, new ProtoMessage()
                    .Message(1, new ProtoMessage().Double(4, 0.75))))));

        var measurements = OtlpMetrics.Read(request.Bytes);

        Assert.Equal(
            [("duration", InstrumentKind.Histogram, 0.5), ("retries", InstrumentKind.Counter, 5), ("healthy", InstrumentKind.Value, 0.75)],
            measurements.Select(one => (one.Instrument.Name, one.Instrument.Kind, one.Value)));
        Assert.All(measurements, one => Assert.Equal("load-balancer", one.Resource));
        Assert.Equal([3, 1], measurements[0].Buckets);
        Assert.Equal([0.1], measurements[0].Bounds);
        Assert.Equal((4ul, 7ul), (measurements[0].Count, measurements[0].Start));
        Assert.True(measurements[0].IsCumulative);
        Assert.Equal(new KeyValuePair<string, string>("gateway", "a"), Assert.Single(measurements[0].Attributes));
    }

    [Fact]
    public void Log_record_is_read_with_its_trace()
    {
        var record = Assert.Single(OtlpLogs.Read(new ProtoMessage().Message(1, new ProtoMessage()
            .Message(1, new ProtoMessage().Attribute(1, "service.name", "chat-service"))
            .Message(2, new ProtoMessage().Message(1, new ProtoMessage().Text(1, "Chat.Rooms"))
                .Message(2, new ProtoMessage().Fixed64(11, 5).Number(2, 13).Message(5, new ProtoMessage().Text(1, "Full")).Data(9, TraceId).Data(10, SpanId)))).Bytes));

        Assert.Equal(("chat-service", "Chat.Rooms", 5ul, 13, "Full"), (record.Resource, record.Category, record.Time, record.Severity, record.Text));
        Assert.Equal((Convert.ToHexStringLower(TraceId), Convert.ToHexStringLower(SpanId)), (record.TraceId, record.SpanId));
    }

    internal static ProtoMessage Span() => new ProtoMessage().Data(1, TraceId).Data(2, SpanId);

    internal static byte[] Request(ProtoMessage span) => new ProtoMessage().Message(1, new ProtoMessage()
        .Message(1, new ProtoMessage().Attribute(1, "service.name", "load-balancer"))
        .Message(2, new ProtoMessage().Message(2, span))).Bytes;

    private static bool IsReadOrRefused(Action read)
    {
        try
        {
            read();
        }
        catch (InvalidDataException)
        {
            // Refused.
        }

        return true;
    }
}
