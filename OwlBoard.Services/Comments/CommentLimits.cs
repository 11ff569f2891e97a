namespace OwlBoard.Services.Comments;

/// <summary>The maximum lengths of fields in characters, in requests and in the database.</summary>
internal static class CommentLimits
{
    public const int Content = 500;
    public const int UserName = 200;
}
