using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Transforms;

namespace OwlBoard.Forwarding.Connections;

/// <summary>The upstream request to be written to a socket. A connection reuses one instance for all its requests.</summary>
internal sealed class SocketRequest : UpstreamRequest
{
    private readonly List<KeyValuePair<string, string?>> _changes = [];
    private string _address = "";
    private FieldBlock? _block;

    public override string Address => _address;

    public override string? Host { get; set; }

    /// <summary>The path and query to send.</summary>
    public RequestTarget Target { get; private set; }

    /// <summary>The header fields that replace the client's, or remove them where the value is <see langword="null"/>.</summary>
    public List<KeyValuePair<string, string?>> Changes => _changes;

    /// <summary>The serialized fields of the field block, sent in addition to <see cref="Changes"/>.</summary>
    public ReadOnlySpan<byte> Lines => _block is { } block ? block.Lines : [];

    public void Begin(HttpContext context, string address)
    {
        _address = address;
        Target = RequestTarget.Of(context);
        Host = context.Request.Headers.Host;
    }

    public void Clear()
    {
        _changes.Clear();
        _block = null;
        Target = default;
        Host = null;
    }

    public override void SetTarget(RequestTarget target) => Target = target;

    public override void SetField(string name, string value)
    {
        RemoveField(name);
        _changes[^1] = new(name, value);
    }

    public override void SetFields(FieldBlock fields)
    {
        if (_block is null && _changes.Count == 0)
        {
            _block = fields;
        }
        else
        {
            base.SetFields(fields);
        }
    }

    public override void RemoveField(string name)
    {
        if (_block is { } block && block.States(name))
        {
            _block = null;
            base.SetFields(block);
        }

        if (IndexOfChange(name) is >= 0 and var index)
        {
            _changes.RemoveAt(index);
        }

        _changes.Add(new(name, null));
    }

    /// <summary>Indicates whether the client's field of this name is replaced or removed.</summary>
    public bool Replaces(string name) => _block?.States(name) == true || IndexOfChange(name) >= 0;

    private int IndexOfChange(string name) => FieldBlock.IndexOf<string?>(CollectionsMarshal.AsSpan(_changes), name);
}
