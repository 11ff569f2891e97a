using OwlBoard.Forwarding.Targets;

namespace OwlBoard.Forwarding.Transforms;

/// <summary>The upstream request, as its differences from the client's request.</summary>
public abstract class UpstreamRequest
{
    /// <summary>The upstream's address, as configured in YARP.</summary>
    public abstract string Address { get; }

    /// <summary>The value of <c>Host</c>. Default: the client's; <see langword="null"/> selects the upstream's own.</summary>
    public abstract string? Host { get; set; }

    /// <summary>Replaces the path and query, which default to the client's.</summary>
    /// <param name="target">The target at the upstream.</param>
    public abstract void SetTarget(RequestTarget target);

    /// <summary>Sets a field, replacing any field of this name from the client.</summary>
    /// <param name="name">The field's name.</param>
    /// <param name="value">The field's value.</param>
    public abstract void SetField(string name, string value);

    /// <summary>Sets several fields, replacing any fields of these names from the client.</summary>
    /// <param name="fields">The names and values.</param>
    public virtual void SetFields(FieldBlock fields)
    {
        foreach (var (name, value) in fields.Fields)
        {
            SetField(name, value);
        }
    }

    /// <summary>Removes a field of the client's request.</summary>
    /// <param name="name">The field's name.</param>
    public abstract void RemoveField(string name);
}
