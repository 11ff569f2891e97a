using OwlBoard.Forwarding.Targets;

namespace OwlBoard.Forwarding.Transforms;

/// <summary>What a proxy says in its request to the upstream where that differs from what the client said.</summary>
public abstract class UpstreamRequest
{
    /// <summary>The upstream's address, as YARP has it.</summary>
    public abstract string Address { get; }

    /// <summary>The value of <c>Host</c>. Default: the client's; <see langword="null"/> stands for the upstream's own.</summary>
    public abstract string? Host { get; set; }

    /// <summary>Replaces the path and query, which are the client's by default.</summary>
    /// <param name="target">Those at the upstream.</param>
    public abstract void SetTarget(RequestTarget target);

    /// <summary>States a field, in place of what the client may have sent under this name.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">Its value.</param>
    public abstract void SetField(string name, string value);

    /// <summary>The same for several.</summary>
    /// <param name="fields">Names and values.</param>
    public virtual void SetFields(FieldBlock fields)
    {
        foreach (var (name, value) in fields.Fields)
        {
            SetField(name, value);
        }
    }

    /// <summary>Leaves a field of the client's out.</summary>
    /// <param name="name">The field's name.</param>
    public abstract void RemoveField(string name);
}
