using OwlBoard.Services.Realtime;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Comments;

/// <summary>Publishes the changes of a dashboard's comments, in the order in which they are stored.</summary>
internal sealed class CommentEvents(IFanOut fanOut, ITopicOrder order)
{
    public static string Topic(string dashboardId) => $"comments:{dashboardId}";

    /// <summary>Runs a change of a dashboard's comments, one at a time.</summary>
    public Task InOrderAsync(string dashboardId, Func<Task> change, CancellationToken cancellationToken) =>
        order.RunAsync(Topic(dashboardId), change, cancellationToken);

    public ValueTask CreatedAsync(CommentResponse comment) => PublishAsync("comment_created", comment);

    public ValueTask UpdatedAsync(CommentResponse comment) => PublishAsync("comment_updated", comment);

    public ValueTask DeletedAsync(CommentDeleted comment) =>
        fanOut.PublishAsync(Topic(comment.DashboardId), SocketMessage.Write("comment_deleted", comment));

    private ValueTask PublishAsync(string type, CommentResponse comment) =>
        fanOut.PublishAsync(Topic(comment.DashboardId), SocketMessage.Write(type, comment));
}
