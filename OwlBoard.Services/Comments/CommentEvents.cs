using OwlBoard.Services.Realtime;

namespace OwlBoard.Services.Comments;

/// <summary>Tells everyone who looks at a dashboard what happens to its comments, in the order in which it is stored.</summary>
internal sealed class CommentEvents(IFanOut fanOut, ITopicOrder order)
{
    public static string Topic(string dashboardId) => $"comments:{dashboardId}";

    /// <summary>Runs a change of a dashboard's comments, with no other change of them at the same time.</summary>
    public Task InOrderAsync(string dashboardId, Func<Task> change, CancellationToken cancellationToken) =>
        order.RunAsync(Topic(dashboardId), change, cancellationToken);

    public ValueTask CreatedAsync(CommentResponse comment) => PublishAsync("comment_created", comment);

    public ValueTask UpdatedAsync(CommentResponse comment) => PublishAsync("comment_updated", comment);

    public ValueTask DeletedAsync(CommentDeleted comment) =>
        fanOut.PublishAsync(Topic(comment.DashboardId), SocketMessage.Write("comment_deleted", comment));

    private ValueTask PublishAsync(string type, CommentResponse comment) =>
        fanOut.PublishAsync(Topic(comment.DashboardId), SocketMessage.Write(type, comment));
}
