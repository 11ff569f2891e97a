namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// What resources and endpoints may be called: 1 to 64 ASCII letters, digits and hyphens, first a letter, no hyphen at the
/// end nor two in a row. Names become host names, environment variables and compose services.
/// </summary>
internal static class ModelName
{
    private const int MaxLength = 64;

    /// <param name="kind">What is named, for the message: <c>resource</c> or <c>endpoint</c>.</param>
    /// <param name="name">The name to judge.</param>
    /// <exception cref="DistributedApplicationException">The name is not valid.</exception>
    public static void Validate(string kind, string name)
    {
        var valid = name.Length is > 0 and <= MaxLength
            && char.IsAsciiLetter(name[0])
            && name[^1] != '-'
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
            && !name.Contains("--", StringComparison.Ordinal);
        if (!valid)
        {
            throw new DistributedApplicationException(
                $"'{name}' cannot be the name of {(kind == "resource" ? "a" : "an")} {kind}: it takes 1 to {MaxLength} letters, digits and single hyphens, begins with a letter and does not end with a hyphen.");
        }
    }
}
