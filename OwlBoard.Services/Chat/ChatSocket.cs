using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using OwlBoard.Services.Http;
using OwlBoard.Services.Realtime;

namespace OwlBoard.Services.Chat;

/// <summary>The WebSocket endpoint of a room.</summary>
internal static class ChatSocket
{
    /// <summary>The close code "Try again later" of the WebSocket registry, https://www.iana.org/assignments/websocket.</summary>
    private const WebSocketCloseStatus TryAgainLater = (WebSocketCloseStatus)1013;

    public static void Map(IEndpointRouteBuilder chat) => chat.MapGet("/ws/{dashboardId}", ServeAsync);

    private static async Task ServeAsync(
        ResourceId dashboardId,
        [FromQuery(Name = "user_id")] ResourceId userId,
        Username username,
        HttpContext context,
        SocketServer sockets,
        ChatRooms rooms,
        ChatHistory history,
        IOptions<ChatOptions> options)
    {
        var room = dashboardId.Value;
        var user = new RoomUser(userId.Value, username.Value);
        using var connection = sockets.CreateConnection(context);
        if (Explain(await rooms.EnterAsync(room, connection, user, ClientNetwork.Of(context), context.RequestAborted), options.Value)
            is { } refusal)
        {
            // Sent over the WebSocket, because browsers hide an HTTP error of the handshake from scripts.
            connection.Send(SocketMessage.Error(refusal));
            connection.Close(TryAgainLater, refusal);
            await sockets.RefuseAsync(context, connection);
            return;
        }

        try
        {
            await sockets.ServeAsync(context, ChatRooms.Topic(room), connection, HandleAsync);
        }
        finally
        {
            await rooms.LeaveAsync(room, connection, user);
        }

        async Task HandleAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellationToken)
        {
            if (await FindFaultAsync(utf8, cancellationToken) is { } fault)
            {
                connection.Refuse(fault);
            }
        }

        async Task<string?> FindFaultAsync(ReadOnlyMemory<byte> utf8, CancellationToken cancellationToken)
        {
            if (!SocketMessage.TryParse(utf8, out var message, out var error))
            {
                return error;
            }

            switch (message.Type)
            {
                case "typing" when message.Data.TryGetProperty("is_typing", out var typing)
                    && typing.ValueKind is JsonValueKind.True or JsonValueKind.False:
                    await rooms.PublishTypingAsync(room, connection, user, typing.GetBoolean());
                    return null;
                case "typing":
                    return "is_typing must be true or false";
                case "chat_message":
                    return await PostAsync(message.Data, cancellationToken);
                default:
                    return "type must be chat_message or typing";
            }
        }

        async Task<string?> PostAsync(JsonElement data, CancellationToken cancellationToken)
        {
            if (!Draft.TryRead(data, out var draft, out var error))
            {
                return error;
            }

            if (draft.ReplyTo is { } reply && !await history.ContainsAsync(room, reply, cancellationToken))
            {
                return "reply_to is not the id of a message in this room";
            }

            await rooms.PostAsync(room, user, draft, cancellationToken);
            return null;
        }
    }

    /// <summary>Returns the reason for a refusal, for the error message and for the close frame (at most 123 bytes).</summary>
    private static string? Explain(JoinOutcome outcome, ChatOptions limits) => outcome switch
    {
        JoinOutcome.RoomIsFull => $"The room is full: {limits.UsersInRoom} users",
        JoinOutcome.UserIsAtLimit => $"User limit reached: {limits.ConnectionsPerUser} connections to a room from one address",
        JoinOutcome.ClientIsAtLimit => $"Address limit reached: {limits.ConnectionsPerClient} connections to a room",
        _ => null,
    };
}
