namespace OwlBoard.Services.Comments;

/// <summary>The most characters that a field takes, in requests and in the database.</summary>
internal static class CommentLimits
{
    public const int Content = 500;
    public const int UserName = 200;
}
