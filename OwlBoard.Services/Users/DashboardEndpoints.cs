using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using OwlBoard.Services.Http;
using OwlBoard.Services.Storage;

namespace OwlBoard.Services.Users;

/// <summary>The endpoints of a user's dashboards.</summary>
internal static class DashboardEndpoints
{
    public static void Map(IEndpointRouteBuilder users)
    {
        users.MapGet("/{id}/dashboards", ListAsync);
        users.MapPost("/{id}/dashboards", CreateAsync);
        users.MapDelete("/{id}/dashboards/{dashboardId}", DeleteAsync);
    }

    private static async Task<Results<Ok<List<DashboardResponse>>, NotFound<ErrorBody>>> ListAsync(
        int id, Page page, UsersDb db, CancellationToken cancellationToken)
    {
        var dashboards = await db.Dashboards
            .Where(d => d.OwnerId == id)
            .OrderBy(d => d.Id)
            .Skip(page.Skip)
            .Take(page.Limit ?? Page.MaxLimit)
            .Select(d => new DashboardResponse(d.Id, d.Title, d.Description, d.OwnerId))
            .ToListAsync(cancellationToken);
        return dashboards.Count > 0 || await ExistsAsync(db, id, cancellationToken)
            ? TypedResults.Ok(dashboards)
            : UserEndpoints.Unknown(id);
    }

    private static async Task<Results<Created<DashboardResponse>, NotFound<ErrorBody>>> CreateAsync(
        int id, Body<CreateDashboardRequest> body, UsersDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(db, id, cancellationToken))
        {
            return UserEndpoints.Unknown(id);
        }

        var dashboard = new Dashboard
        {
            Title = body.Value.Title!.Trim(),
            Description = body.Value.Description,
            OwnerId = id,
            CreatedAt = time.UtcNow(),
        };
        db.Dashboards.Add(dashboard);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            // The owner may have been deleted meanwhile.
            if (!await ExistsAsync(db, id, cancellationToken))
            {
                return UserEndpoints.Unknown(id);
            }

            throw;
        }

        return TypedResults.Created(
            (string?)null,
            new DashboardResponse(dashboard.Id, dashboard.Title, dashboard.Description, dashboard.OwnerId));
    }

    private static async Task<Results<NoContent, NotFound<ErrorBody>>> DeleteAsync(
        int id, int dashboardId, UsersDb db, CancellationToken cancellationToken) =>
        await db.Dashboards.Where(d => d.Id == dashboardId && d.OwnerId == id).ExecuteDeleteAsync(cancellationToken) > 0
            ? TypedResults.NoContent()
            : Errors.NotFound($"User {id} has no dashboard {dashboardId}");

    private static Task<bool> ExistsAsync(UsersDb db, int id, CancellationToken cancellationToken) =>
        db.Users.AnyAsync(u => u.Id == id, cancellationToken);
}
