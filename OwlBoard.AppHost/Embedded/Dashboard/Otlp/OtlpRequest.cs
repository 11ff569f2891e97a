namespace OwlBoard.AppHost.Embedded.Dashboard.Otlp;

/// <summary>
/// What the three export requests have in common: records in scopes, scopes in resources; field numbers are those of
/// opentelemetry-proto 1.x.
/// </summary>
/// <typeparam name="T">A record.</typeparam>
internal sealed class OtlpRequest<T>
{
    private readonly List<T> _records = [];

    /// <summary>Adds what a message of a scope, a span say, holds to the records.</summary>
    public delegate void RecordReader(ProtoReader message, List<T> records);

    /// <summary>Reads one such message.</summary>
    public required RecordReader ReadRecord { private get; init; }

    /// <summary>The record with the name of its resource.</summary>
    public required Func<T, string, T> WithResource { private get; init; }

    /// <summary>The record with the name of its scope.</summary>
    public required Func<T, string, T> WithScope { private get; init; }

    /// <exception cref="InvalidDataException">It is not such a request.</exception>
    public List<T> Read(ReadOnlySpan<byte> body)
    {
        var request = new ProtoReader(body);
        while (request.TryReadField(out var field))
        {
            if (field == 1)
            {
                ReadResource(request.ReadMessage());
            }
            else
            {
                request.Skip();
            }
        }

        return _records;
    }

    private void ReadResource(ProtoReader message)
    {
        var resource = "unknown";
        var first = _records.Count;
        while (message.TryReadField(out var field))
        {
            switch (field)
            {
                case 1:
                    resource = OtlpAttributes.ReadServiceName(message.ReadMessage());
                    break;
                case 2:
                    ReadScope(message.ReadMessage());
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        Name(first, resource, WithResource);
    }

    private void ReadScope(ProtoReader message)
    {
        var scope = string.Empty;
        var first = _records.Count;
        while (message.TryReadField(out var field))
        {
            switch (field)
            {
                case 1:
                    scope = OtlpAttributes.ReadScopeName(message.ReadMessage());
                    break;
                case 2:
                    ReadRecord(message.ReadMessage(), _records);
                    break;
                default:
                    message.Skip();
                    break;
            }
        }

        Name(first, scope, WithScope);
    }

    /// <summary>Fields may come in any order, the name last.</summary>
    private void Name(int first, string name, Func<T, string, T> with)
    {
        for (var i = first; i < _records.Count; i++)
        {
            _records[i] = with(_records[i], name);
        }
    }
}
