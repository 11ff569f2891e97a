using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace OwlBoard.Services.Chat.Migrations;

/// <summary>The first tables. Column types are left to the provider, so that one set of migrations serves all.</summary>
internal sealed partial class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "Messages",
            columns: table => new
            {
                Sequence = table.Column<long>(nullable: false)
                    .Annotation("Sqlite:Autoincrement", true)
                    .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                Id = table.Column<string>(maxLength: 24, nullable: false),
                DashboardId = table.Column<string>(maxLength: 128, nullable: false),
                UserId = table.Column<string>(maxLength: 128, nullable: false),
                Username = table.Column<string>(maxLength: 200, nullable: false),
                Content = table.Column<string>(maxLength: 1000, nullable: false),
                MessageType = table.Column<string>(maxLength: 32, nullable: false),
                Timestamp = table.Column<DateTime>(nullable: false),
                ReplyTo = table.Column<string>(maxLength: 24, nullable: true)
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_Messages", x => x.Sequence);
            });

        migrationBuilder.CreateTable(
            name: "Rooms",
            columns: table => new
            {
                DashboardId = table.Column<string>(maxLength: 128, nullable: false),
                Id = table.Column<string>(maxLength: 24, nullable: false),
                Name = table.Column<string>(maxLength: 256, nullable: false),
                Description = table.Column<string>(nullable: false),
                CreatedAt = table.Column<DateTime>(nullable: false),
                CreatedBy = table.Column<string>(maxLength: 128, nullable: false),
                IsActive = table.Column<bool>(nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_Rooms", x => x.DashboardId);
            });

        migrationBuilder.CreateIndex(
            name: "IX_Messages_DashboardId_Sequence",
            table: "Messages",
            columns: ["DashboardId", "Sequence"]);

        migrationBuilder.CreateIndex(
            name: "IX_Messages_Id",
            table: "Messages",
            column: "Id",
            unique: true);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable(
            name: "Messages");

        migrationBuilder.DropTable(
            name: "Rooms");
    }
}
