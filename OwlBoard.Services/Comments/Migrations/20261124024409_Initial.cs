using Microsoft.EntityFrameworkCore.Migrations;

namespace OwlBoard.Services.Comments.Migrations;

/// <summary>The first tables. Column types are left to the provider, so that one set of migrations serves all.</summary>
internal sealed partial class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "Comments",
            columns: table => new
            {
                Id = table.Column<string>(maxLength: 24, nullable: false),
                DashboardId = table.Column<string>(maxLength: 128, nullable: false),
                UserId = table.Column<string>(maxLength: 128, nullable: false),
                UserName = table.Column<string>(maxLength: 200, nullable: false),
                Content = table.Column<string>(maxLength: 500, nullable: false),
                X = table.Column<double>(nullable: false),
                Y = table.Column<double>(nullable: false),
                CreatedAt = table.Column<DateTime>(nullable: false),
                UpdatedAt = table.Column<DateTime>(nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_Comments", x => x.Id);
            });

        migrationBuilder.CreateIndex(
            name: "IX_Comments_DashboardId_CreatedAt_Id",
            table: "Comments",
            columns: ["DashboardId", "CreatedAt", "Id"]);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable(
            name: "Comments");
    }
}
