using Microsoft.EntityFrameworkCore.Migrations;

namespace OwlBoard.Services.Canvases.Migrations;

/// <summary>The first tables. Column types are left to the provider, so that one set of migrations serves all.</summary>
internal sealed partial class Initial : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "Canvases",
            columns: table => new
            {
                Id = table.Column<string>(maxLength: 128, nullable: false),
                Version = table.Column<long>(nullable: false),
                Checksum = table.Column<string>(maxLength: 64, nullable: false),
                Shapes = table.Column<string>(nullable: false),
                UpdatedAt = table.Column<DateTime>(nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_Canvases", x => x.Id);
            });
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable(
            name: "Canvases");
    }
}
