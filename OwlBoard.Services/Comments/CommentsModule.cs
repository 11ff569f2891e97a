using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Comments;

/// <summary>The comments service.</summary>
internal static class CommentsModule
{
    public static void Add(WebApplicationBuilder builder)
    {
        builder.AddStorage<CommentsDb>("comments");
        builder.Services.AddSingleton<CommentEvents>();
        builder.Services.AddSingleton<CommentStore>();
    }

    public static void Map(WebApplication app)
    {
        var comments = app.MapGroup("/comments");
        CommentEndpoints.Map(comments);
        CommentSocket.Map(comments);
    }
}
